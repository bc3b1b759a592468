// Turns the slides of a briefing. All of them are in the page, so nothing here asks the server: a connection that
// drops takes no slide away, and the link holds the number, so that a reload comes back to it.
if (!window.lamplightPresent) {
  window.lamplightPresent = true;
  (() => {
    'use strict';

    const root = document.documentElement;
    const CONTRAST = 'lamplight-contrast';
    const AWAKE = 2500; // milliseconds that the buttons stay after the pointer moved

    const recall = () => {
      try {
        return localStorage.getItem(CONTRAST) === 'on';
      } catch {
        return false;
      }
    };
    const remember = (on) => {
      try {
        localStorage.setItem(CONTRAST, on ? 'on' : 'off');
      } catch { /* kept until the page is left */ }
    };

    const style = document.createElement('style');
    document.head.append(style);
    const stage = () => document.querySelector('.lamplight-present');
    const count = () => Number(stage()?.dataset.count || 1);
    const asked = () => Number(new URLSearchParams(location.search).get('slide')) || 1;
    let now = asked();
    let toggled = false; // full screen was left by its own key, which does not leave the slides

    const show = (wanted, said = true) => {
      now = Math.min(Math.max(wanted, 1), count());
      // Twice the class, so that it wins over the rule that hides them all.
      const slide = `.st-key-slide_${now}`;
      style.textContent = `${slide}${slide} { visibility: visible; z-index: 2; }`;
      const link = new URL(location.href);
      link.searchParams.set('slide', String(now));
      history.replaceState(history.state, '', link);
      if (!said) return;
      const live = stage()?.querySelector('.lamplight-present-live');
      const title = document.querySelector(`${slide} h1`)?.textContent || '';
      const words = (stage()?.dataset.said || '').replace('{n}', now).replace('{count}', count());
      if (live) live.textContent = `${words}: ${title}`;
    };

    const leave = () => {
      const link = new URL(location.href);
      link.search = `?deck=${encodeURIComponent(stage()?.dataset.deck || '')}`;
      location.assign(link);
    };
    const full = () => {
      if (document.fullscreenElement) {
        toggled = true;
        document.exitFullscreen();
      } else {
        root.requestFullscreen?.().catch(() => {}); // a browser that refuses shows the slides in its window
      }
    };
    const contrast = () => remember(root.classList.toggle(CONTRAST));
    const blank = () => root.classList.toggle('lamplight-blank');

    const KEYS = {
      ArrowRight: () => show(now + 1), ArrowDown: () => show(now + 1), PageDown: () => show(now + 1),
      ArrowLeft: () => show(now - 1), ArrowUp: () => show(now - 1), PageUp: () => show(now - 1),
      Backspace: () => show(now - 1), Home: () => show(1), End: () => show(count()),
      Escape: leave, '.': blank, b: blank, B: blank, c: contrast, C: contrast, f: full, F: full,
    };

    window.addEventListener('keydown', (event) => {
      if (!stage() || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      const onButton = event.target instanceof Element && event.target.closest('.lamplight-present button');
      if ((event.key === ' ' || event.key === 'Enter') && onButton) return;
      const act = event.key === ' ' ? () => show(now + (event.shiftKey ? -1 : 1)) : KEYS[event.key];
      if (!act) return;
      event.preventDefault();
      event.stopPropagation();
      act();
    }, true);

    document.addEventListener('fullscreenchange', () => {
      if (!document.fullscreenElement && stage() && !toggled) leave(); // Esc, which the browser keeps for itself
      toggled = false;
    });

    const ACTS = { back: () => show(now - 1), next: () => show(now + 1), full, contrast, blank, leave };
    document.addEventListener('click', ({ target }) => {
      const button = target instanceof Element && target.closest('.lamplight-present button');
      const name = button && Object.keys(ACTS).find((act) => button.classList.contains(`lamplight-present-${act}`));
      if (name) ACTS[name]();
      else if (root.classList.contains('lamplight-blank')) blank();
    });

    let asleep;
    document.addEventListener('pointermove', () => {
      root.classList.add('lamplight-awake');
      clearTimeout(asleep);
      asleep = setTimeout(() => root.classList.remove('lamplight-awake'), AWAKE);
    });

    // The page is drawn anew when the server comes back; the slides then take up the number of the link.
    new MutationObserver(() => {
      root.classList.toggle('lamplight-presenting', Boolean(stage()));
      if (!stage()) return;
      if (!style.textContent || stage().dataset.shown !== 'yes') {
        stage().dataset.shown = 'yes';
        root.classList.toggle(CONTRAST, recall());
        show(asked());
      }
    }).observe(document.body, { childList: true, subtree: true });
    root.classList.toggle(CONTRAST, recall());
    show(now, false);
  })();
}
