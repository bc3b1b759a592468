// Fills with a pattern, from the strokes that Python also draws the legend with (styles.py).
'use strict';

(() => {
  const SVG = 'http://www.w3.org/2000/svg';
  const TILE = 6;
  const known = new Map(); // one definition for each look, however often the map is painted
  let room = null;

  const element = (name, attributes, parent) => {
    const made = document.createElementNS(SVG, name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    return parent.appendChild(made);
  };

  const define = ([colour, strokes, ink, width]) => {
    // Not hidden by `display`: patterns of an undisplayed picture are not painted.
    room ||= element('svg', { width: 0, height: 0, 'aria-hidden': true, style: 'position:absolute' }, document.body);
    const id = `pattern-${known.size}`;
    const size = { width: TILE, height: TILE };
    const made = element('pattern', { id, patternUnits: 'userSpaceOnUse', ...size }, room);
    element('rect', { ...size, fill: colour }, made);
    element('path', { d: strokes, stroke: ink, 'stroke-width': width, 'stroke-linecap': 'round' }, made);
    return `url(#${id})`;
  };

  lamplight.fill = (look) => {
    if (look.length === 1) return look[0];
    const key = look.join();
    if (!known.has(key)) known.set(key, define(look));
    return known.get(key);
  };
})();
