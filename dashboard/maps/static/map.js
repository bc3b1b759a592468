// How Lamplight's map behaves, in the frame of streamlit-folium. Loaded after Leaflet, before the map is made.
// Text from data reaches the page only through textContent: it is never HTML.
'use strict';

window.lamplight = (() => {
  let map = null;
  let extent = null;
  let touched = false;

  // Python seals braces, see `sealed` in layers.py.
  const open = (text) => text.replaceAll('\ue07b', '{');

  const asText = (text) => {
    const element = document.createElement('span');
    element.textContent = open(text);
    return element;
  };

  // The steps of `packed` in shapes.py, back to degrees.
  const DEPTH = { LineString: 0, MultiLineString: 1, Polygon: 1, MultiPolygon: 2 };
  const line = (steps) => {
    const points = [];
    for (let i = 0, x = 0, y = 0; i < steps.length; i += 2) {
      points.push([(x += steps[i]) / 1e5, (y += steps[i + 1]) / 1e5]);
    }
    return points;
  };
  const unpack = ([type, steps]) => {
    const dig = (value, depth) => (depth ? value.map((v) => dig(v, depth - 1)) : line(value));
    return { type, coordinates: dig(steps, DEPTH[type]) };
  };

  const style = (feature, s) => {
    const { c, s: chosen } = feature.properties;
    return {
      fillColor: c >= 0 ? s.ramp[c] : s.none,
      fillOpacity: c >= 0 ? s.glass : s.air,
      color: chosen ? s.none : s.quiet,
      weight: chosen ? 3 : 0.8,
      opacity: chosen ? 1 : 0.6,
    };
  };

  const dress = (feature, layer, s) => {
    layer.bindTooltip(asText(feature.properties.t), { sticky: true });
    const lit = { color: feature.properties.s ? s.none : s.edge, weight: 3, opacity: 1 };
    layer.on('mouseover', () => layer.setStyle(lit));
    layer.on('mouseout', () => layer.setStyle(style(feature, s)));
  };

  // One shape for each place. `m` is the moment of the choice: with it, clicking a place twice is two messages.
  const places = (group, rows, { style: s, noun, moment }) => {
    const layer = L.geoJSON(null, { style: (f) => style(f, s), onEachFeature: (f, made) => dress(f, made, s) });
    rows.forEach(([id, name, n, c, chosen, shape]) => {
      const t = `${name}: ${n.toLocaleString('en')} ${noun[n === 1 ? 0 : 1]}`;
      const properties = { id: open(id), t, n, c, m: moment, ...(chosen && { s: 1 }) };
      const geometry = unpack(shape);
      layer.addData({ type: 'Feature', properties, geometry });
      // A ring in two colours is seen on a dark shade, on a light one and on streets.
      const ring = { color: s.accent, weight: 9, fill: false };
      if (chosen) L.geoJSON(geometry, { interactive: false, style: ring }).addTo(group);
    });
    layer.addTo(group);
  };

  const outlines = (made, shapes, look) => {
    shapes.forEach((shape) => L.geoJSON(unpack(shape), { interactive: false, style: look }).addTo(made));
  };

  const fit = () => map.fitBounds(extent, { padding: [12, 12], maxZoom: 14, animate: false });

  // A repaint keeps the view, unless nothing of what was painted would be in it.
  const keepInView = (bounds) => {
    const first = !extent;
    extent = bounds;
    if (first || !map.getBounds().intersects(bounds)) fit();
  };

  // Style sheets and the frame's width arrive after the map was made; until somebody touches it, it fits anew.
  const settle = () => {
    map.invalidateSize({ animate: false });
    if (extent && !touched) fit();
    tidy();
  };

  const showAll = () => {
    const control = L.control({ position: 'topleft' });
    control.onAdd = () => {
      const box = L.DomUtil.create('div', 'leaflet-bar');
      const button = L.DomUtil.create('a', '', box);
      Object.assign(button, { href: '#', title: 'Show all', textContent: '\u2922' });
      button.setAttribute('role', 'button');
      button.setAttribute('aria-label', 'Show all');
      L.DomEvent.disableClickPropagation(box);
      L.DomEvent.on(button, 'click', (event) => {
        L.DomEvent.preventDefault(event);
        if (extent) fit();
      });
      return box;
    };
    return control;
  };

  // Of labels that would overlap, a place stays, then what is counted, then the areas below it.
  const tidy = () => {
    const taken = [];
    const rank = (label) => ['place', 'own', 'area'].findIndex((kind) => label.parentElement.classList.contains(kind));
    [...document.querySelectorAll('.label > span')].sort((a, b) => rank(a) - rank(b)).forEach((label) => {
      const r = label.getBoundingClientRect();
      const hit = taken.some((t) => r.left < t.right && t.left < r.right && r.top < t.bottom && t.top < r.bottom);
      label.classList.toggle('hidden', hit);
      if (!hit) taken.push(r);
    });
  };

  const labels = (rows, group) => {
    rows.forEach(([lat, lon, text, kind]) => {
      // A mark without size, whose text is centred by the style sheet: its place does not hang on a measured width.
      const icon = L.divIcon({ className: `label ${kind}`, iconSize: [0, 0], html: asText(text) });
      L.marker([lat, lon], { icon, interactive: false, keyboard: false }).addTo(group || map);
    });
    requestAnimationFrame(tidy);
  };

  const start = (made, theme) => {
    map = made;
    Object.entries(theme).forEach(([name, colour]) => document.documentElement.style.setProperty(`--${name}`, colour));
    map.attributionControl.setPrefix('Leaflet');
    showAll().addTo(map);
    map.on('zoomend', () => requestAnimationFrame(tidy));
    ['pointerdown', 'wheel', 'keydown'].forEach((kind) =>
      map.getContainer().addEventListener(kind, () => { touched = true; }, { capture: true, passive: true }));
    // Leaflet focuses the map on the first press, and the browser then scrolls the page around the frame: the
    // release of that press would hit another place.
    const container = map.getContainer();
    container.focus = () => HTMLElement.prototype.focus.call(container, { preventScroll: true });
    new ResizeObserver(settle).observe(map.getContainer());
    document.addEventListener('load', settle, true);
  };

  // Streets shine through what is land without them.
  const streets = (on) => document.documentElement.classList.toggle('streets', on);

  return { start, streets, places, outlines, keepInView, labels };
})();
