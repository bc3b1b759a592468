// Keys, the panel of a first visit, and where the meaning of a word appears. Nothing here asks the server.
if (!window.lamplightPage) {
  window.lamplightPage = true;
  (() => {
    'use strict';

    const root = document.documentElement;
    const SEEN = 'lamplight-seen';
    const KEYS = 'lamplight-keys';
    const WIDEST = 416; // pixels of an explanation, as in page.css

    // A browser that keeps nothing shows the panel again, and has the keys on.
    const recall = (name) => {
      try {
        return localStorage.getItem(name);
      } catch {
        return null;
      }
    };
    const remember = (name, value) => {
      try {
        localStorage.setItem(name, value);
      } catch { /* kept until the page is left */ }
    };

    let single = recall(KEYS) !== 'off';
    root.classList.toggle('lamplight-first', !recall(SEEN));

    let asked = false; // the panel of a first visit was asked for, not shown unasked
    const dismiss = () => {
      const within = document.activeElement?.closest('.lamplight-welcome');
      root.classList.remove('lamplight-first');
      remember(SEEN, 'yes');
      if (within && asked) document.querySelector('.lamplight-help-open')?.focus({ preventScroll: true }); // or a keyboard would begin again at the top
    };
    const showHelp = () => {
      asked = true;
      root.classList.add('lamplight-first');
      document.querySelector('.lamplight-dismiss')?.focus({ preventScroll: true });
    };

    const dialog = () => document.querySelector('dialog.lamplight-keys');
    const toggleKeys = () => {
      const panel = dialog();
      if (!panel) return;
      if (panel.open) {
        panel.close();
        return;
      }
      panel.querySelector('.lamplight-keys-on').checked = single;
      panel.show();
      panel.querySelector('.lamplight-keys-close').focus();
    };

    const toFilters = () => {
      const controls = document.querySelectorAll('.st-key-filter_bar :is(input, button):not(:disabled)');
      const first = [...controls].find((control) => control.getClientRects().length);
      if (!first) return false;
      first.focus({ preventScroll: true });
      first.scrollIntoView({ block: 'center' }); // or the bar at the top would hide it
      return true;
    };

    const NOT_TEXT = ['checkbox', 'radio', 'range', 'button', 'submit', 'reset', 'file', 'color'];
    const typing = (target) => {
      if (!(target instanceof HTMLElement)) return false;
      if (target.isContentEditable || target.closest('textarea, select, iframe, [role="textbox"]')) return true;
      return target instanceof HTMLInputElement && !NOT_TEXT.includes(target.type);
    };

    document.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') {
        if (dialog()?.open) dialog().close(); // which gives the focus back to where it was
        if (document.activeElement?.closest('.lamplight-welcome')) dismiss();
        document.querySelectorAll('.lamplight-term:is(:hover, :focus)').forEach((word) => word.classList.add('hushed'));
        return;
      }
      // Ctrl and Alt together are AltGr, with which some keyboards write these characters.
      const command = event.metaKey || ((event.ctrlKey || event.altKey) && !event.getModifierState('AltGraph'));
      if (!single || command || event.isComposing || typing(event.target)) return;
      if (event.key === '?') {
        event.preventDefault();
        toggleKeys();
      } else if (event.key === '/') {
        if (dialog()?.open) dialog().close();
        if (toFilters()) event.preventDefault();
      }
    });

    document.addEventListener('click', (event) => {
      const { target } = event;
      if (!(target instanceof Element)) return;
      if (target.closest('.lamplight-dismiss')) dismiss();
      else if (target.closest('.lamplight-help-open')) showHelp();
      else if (target.closest('.lamplight-keys-open')) toggleKeys();
      else if (target.closest('.lamplight-keys-close')) dialog().close();
    });

    document.addEventListener('change', ({ target }) => {
      if (!(target instanceof HTMLInputElement) || !target.matches('.lamplight-keys-on')) return;
      single = target.checked;
      remember(KEYS, single ? 'on' : 'off');
    });

    // The style sheet shows an explanation below its whole paragraph; here it moves to its word.
    const explain = ({ target }) => {
      const word = target instanceof Element && target.closest('.lamplight-term');
      const around = word && word.closest('.lamplight-terms');
      if (!around) return;
      const [own, outer] = [word.getClientRects()[0], around.getBoundingClientRect()];
      const left = Math.max(0, Math.min(own.left - outer.left, around.clientWidth - WIDEST));
      word.style.setProperty('--left', `${left}px`);
      word.style.setProperty('--top', `${own.bottom - outer.top}px`);
    };
    document.addEventListener('focusin', explain);
    document.addEventListener('mouseover', explain);

    const left = ({ target }) => {
      if (target instanceof Element) target.closest('.lamplight-term')?.classList.remove('hushed');
    };
    document.addEventListener('focusout', left);
    document.addEventListener('mouseout', left);

    // Copying a figure: the click is also Streamlit's, and its server answers with the picture and its words. The
    // browser allows copying only in the click itself, so it is promised there what comes a moment later.
    const bytes = (address) => Uint8Array.from(atob(address.split(',')[1]), (c) => c.charCodeAt(0));
    const wordsOf = (made) => [...made.querySelectorAll('p')]
      .map((p) => ('link' in p.dataset ? location.origin : '') + p.textContent).join('\n');
    const arrival = (panel) => new Promise((resolve, reject) => {
      const before = panel.querySelector('.lamplight-copy')?.dataset.made;
      const watch = new MutationObserver(() => {
        const made = panel.querySelector('.lamplight-copy');
        const refused = panel.querySelector('[data-testid="stAlert"]');
        if (!refused && (!made || made.dataset.made === before)) return;
        watch.disconnect();
        if (refused) reject(new Error(refused.textContent));
        else resolve(made);
      });
      watch.observe(panel, { childList: true, subtree: true, attributes: true });
      setTimeout(() => { watch.disconnect(); reject(new Error('nothing came')); }, 30000);
    });
    const copyFigure = async (panel) => {
      const say = (how) => {
        const line = panel.querySelector('.lamplight-copy-said');
        if (line) line.textContent = line.dataset[how];
      };
      say('waiting');
      const made = arrival(panel);
      try {
        const picture = made.then((m) => new Blob([bytes(m.querySelector('img').src)], { type: 'image/png' }));
        const text = made.then((m) => new Blob([wordsOf(m)], { type: 'text/plain' }));
        [picture, text].forEach((promise) => promise.catch(() => null)); // a refusal is said below, once
        await navigator.clipboard.write([new ClipboardItem({ 'image/png': picture, 'text/plain': text })]);
        say('done');
      } catch {
        await made.catch(() => null); // so that the picture is there when the line names it
        say('failed');
      }
    };
    document.addEventListener('click', ({ target }) => {
      const button = target instanceof Element && target.closest('[class*="st-key-picture_copy_"] button');
      const panel = button && button.closest('[class*="st-key-picture_panel_"]');
      if (panel) copyFigure(panel);
    });

    // The document says which language it is in, for voices that read it aloud; Streamlit's page says English.
    const speak = () => {
      const said = document.querySelector('.lamplight-lang')?.lang;
      if (said && root.lang !== said) root.lang = said;
    };
    new MutationObserver(speak).observe(document.body, {
      childList: true, subtree: true, attributes: true, attributeFilter: ['lang'],
    });
    speak();

    root.classList.add('lamplight-ready');
  })();
}
