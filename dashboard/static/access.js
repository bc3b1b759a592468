// What a screen reader, a keyboard and a printer need of the page, where Streamlit leaves it out. Nothing here asks
// the server, and a page without it is whole, only less helpful.
if (!window.lamplightAccess) {
  window.lamplightAccess = true;
  (() => {
    'use strict';

    const root = document.documentElement;
    const PAPER = 1010; // pixels between the margins of a landscape sheet, the narrower of A4 and Letter
    const PRESSES = 3;
    const WITHIN = 2000; // milliseconds
    const set = (element, name, value) => {
      if (element.getAttribute(name) !== value) element.setAttribute(name, value);
    };
    const words = (name) => document.querySelector('.lamplight-said')?.dataset[name];

    // Headings go down one level at a time: a figure below the page's name is of the second level.
    const levels = () => {
      let before = 0;
      document.querySelectorAll('.stMain :is(h1, h2, h3, h4)').forEach((heading) => {
        if (!heading.getClientRects().length) return;
        const own = Number(heading.tagName[1]);
        const level = Math.min(own, before + 1);
        if (level !== own) set(heading, 'aria-level', String(level));
        else heading.removeAttribute('aria-level');
        before = level;
      });
    };

    // A frame with a map says what the figure around it says.
    const frames = () => {
      document.querySelectorAll('[class*="st-key-figure_"] iframe').forEach((frame) => {
        const figure = frame.closest('[class*="st-key-figure_"]');
        const side = frame.closest('[class*="st-key-map_frame_"]')?.querySelector('strong')?.textContent;
        const said = [
          words('map'), side, figure.querySelector('h3')?.textContent,
          figure.querySelector('[data-testid="stCaptionContainer"]')?.textContent, words('twin'),
        ];
        set(frame, 'aria-label', said.filter(Boolean).join(' ').trim());
      });
    };

    // Tables are drawn on a canvas: their grid says whose table it is.
    const tables = () => {
      document.querySelectorAll('[data-testid="stDataFrame"] canvas[role="grid"], [data-testid="stDataFrame"] [role="grid"]')
        .forEach((grid) => {
          const popover = grid.closest('[data-testid="stPopoverBody"]');
          const figure = grid.closest('[class*="st-key-figure_"]') || openFigure();
          const heading = (popover && !figure ? null : figure)?.querySelector('h3')?.textContent;
          set(grid, 'aria-label', [words('table'), heading].filter(Boolean).join(' '));
        });
    };
    const openFigure = () => document.querySelector('[aria-expanded="true"]')?.closest('[class*="st-key-figure_"]');

    const skip = () => {
      const link = document.querySelector('[data-testid="stSkipToContent"]');
      const said = words('skip');
      if (link && said && link.textContent !== said) link.textContent = said;
    };

    // Charts and maps are as wide as the screen made them; the sheet shrinks the page as a whole.
    const paper = () => {
      const wide = document.querySelector('.block-container > *')?.getBoundingClientRect().width;
      if (!wide || matchMedia('print').matches) return;
      root.style.setProperty('--lamplight-wide', `${Math.ceil(wide) + 24}px`);
      root.style.setProperty('--lamplight-shrink', String(Math.min(1, PAPER / (wide + 24)).toFixed(3)));
      const link = document.querySelector('.lamplight-printed-link');
      if (link && link.textContent !== location.href) link.textContent = location.href;
    };

    let asked = false;
    const look = () => {
      asked = false;
      levels();
      frames();
      tables();
      skip();
      paper();
    };
    const soon = () => {
      if (asked) return;
      asked = true;
      setTimeout(look, 100); // once for all that changes together
    };
    new MutationObserver(soon).observe(document.body, { childList: true, subtree: true });
    window.addEventListener('resize', soon);
    window.addEventListener('beforeprint', paper);
    soon();

    // The way out without a pointer: Shift three times, with nothing between, as on other pages that can be left so.
    let pressed = [];
    document.addEventListener('keydown', (event) => {
      if (event.key !== 'Shift') pressed = [];
    }, true);
    document.addEventListener('keyup', (event) => {
      if (event.key !== 'Shift' || event.ctrlKey || event.altKey || event.metaKey) return;
      pressed = [...pressed.filter((at) => event.timeStamp - at < WITHIN), event.timeStamp];
      const way = document.querySelector('a.lamplight-leave');
      if (pressed.length < PRESSES || !way) return;
      document.body.replaceChildren(); // nothing of the page is seen while the other one loads
      location.replace(way.href);
    }, true);
  })();
}
