// The player: a slider over frames that all came with the picture. Nothing is asked of the server while it plays.
'use strict';

(() => {
  const PAUSE = 450; // milliseconds from frame to frame
  let bar = null; // stays over repaints of the same frames, and with it the reader's focus and place
  let left = { key: '', at: 0 }; // where the reader was when a filter brought other frames of the same periods
  let last = { packed: '', decoded: null };

  const decode = async ({ packed, places, frames }) => {
    const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
    const raw = new Uint8Array(await new Response(stream).arrayBuffer());
    const size = places * frames;
    const counts = new Uint16Array(size);
    for (let i = 0, n = 0; i < size; i += 1) {
      if (i % frames === 0) n = 0;
      n = (n + raw[size + i] + 256 * raw[2 * size + i]) & 65535;
      counts[i] = n;
    }
    last = { packed, decoded: { classes: raw.subarray(0, size), counts } };
    return last.decoded;
  };

  const element = (name, attributes, parent) => {
    const made = parent.appendChild(document.createElement(name));
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    return made;
  };

  const build = (map) => {
    const box = element('div', { class: 'player' }, map.getContainer());
    const button = element('button', { type: 'button' }, box);
    const slider = element('input', { type: 'range', min: 0, step: 1 }, box);
    const said = element('span', { class: 'said' }, box);
    L.DomEvent.disableClickPropagation(box);
    L.DomEvent.disableScrollPropagation(box);
    const made = { box, button, slider, said, timer: 0, at: 0 };
    button.addEventListener('click', () => (made.timer ? pause() : play()));
    slider.addEventListener('input', () => { pause(); show(Number(slider.value)); });
    box.addEventListener('keydown', (event) => {
      event.stopPropagation(); // or the map would pan
      if (event.key === ' ' && event.target !== button) {
        event.preventDefault();
        button.click();
      } else if (event.target === button && ['ArrowLeft', 'ArrowRight'].includes(event.key)) {
        event.preventDefault();
        pause();
        show(made.at + (event.key === 'ArrowLeft' ? -1 : 1));
      }
    });
    return made;
  };

  const label = (k) => [bar.labels[k], bar.notes[k]].filter(Boolean).join(': ');

  const show = (wanted) => {
    const k = Math.max(0, Math.min(bar.labels.length - 1, wanted));
    bar.at = k;
    bar.picture.showFrame(bar.decoded, k, bar.labels);
    bar.slider.value = k;
    bar.slider.setAttribute('aria-valuetext', label(k));
    bar.said.textContent = label(k);
  };

  const tick = () => {
    if (bar.at >= bar.labels.length - 1) {
      pause();
      return;
    }
    show(bar.at + 1);
    bar.timer = setTimeout(tick, PAUSE);
  };

  const play = () => {
    if (bar.at >= bar.labels.length - 1) show(0);
    bar.timer = setTimeout(tick, PAUSE);
    bar.button.textContent = lamplight.say('Pause');
  };

  const pause = () => {
    clearTimeout(bar.timer);
    bar.timer = 0;
    bar.button.textContent = lamplight.say('Play');
  };

  const close = () => {
    clearTimeout(bar.timer);
    left = { key: bar.key, at: bar.at };
    bar.box.parentElement.classList.remove('has-player');
    bar.box.remove();
    bar = null;
  };

  // It opens on the last frame and never starts by itself: a map that moves unasked makes some people ill.
  const open = (map, group, picture, frames, decoded) => {
    const kept = bar && bar.key === frames.labels;
    const before = bar || left;
    const at = before.key === frames.labels ? before.at : Infinity;
    bar ||= build(map);
    if (!kept) pause();
    const [labels, notes] = [lamplight.split(frames.labels), frames.notes ? lamplight.split(frames.notes) : []];
    Object.assign(bar, { key: frames.labels, labels, notes, decoded, picture, group });
    bar.slider.max = labels.length - 1;
    bar.slider.setAttribute('aria-label', lamplight.split(frames.title)[0]);
    map.getContainer().classList.add('has-player');
    show(at);
    if (!kept) lamplight.settle();
  };

  lamplight.player = async (group, frames) => {
    const { map, picture } = lamplight.current();
    // A repaint takes the old group away and brings the new one in one go; only what is then left over is closed.
    group.once('remove', () => setTimeout(() => { if (bar?.group === group) close(); }));
    if (typeof DecompressionStream === 'undefined') return;
    const known = last.packed === frames.packed;
    const decoded = known ? last.decoded : await decode(frames);
    if (lamplight.current().picture === picture) open(map, group, picture, frames, decoded);
  };
})();
