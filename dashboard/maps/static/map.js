// How Lamplight's map behaves, in the frame of streamlit-folium. Loaded after Leaflet, before the map is made.
// Text from data reaches the page only through textContent: it is never HTML.
'use strict';

window.lamplight = (() => {
  let map = null;
  let extent = null;
  let touched = false;

  // Python seals braces and bars, see `sealed` in picture.py.
  const open = (text) => text.replaceAll('\ue07b', '{').replaceAll('\ue07c', '|');
  const split = (text) => text.split('|').map(open);

  const asText = (text) => {
    const element = document.createElement('span');
    element.textContent = text;
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
  const unpack = (packed) => {
    if (typeof packed[0] === 'number') return { type: 'Polygon', coordinates: [line(packed)] };
    const [type, steps] = packed;
    const dig = (value, depth) => (depth ? value.map((v) => dig(v, depth - 1)) : line(value));
    return { type, coordinates: dig(steps, DEPTH[type]) };
  };

  // Texts that repeat travel once: the different ones, and which one each row has.
  const texts = ([different, which]) => {
    const found = split(different);
    return which.map((i) => found[i]);
  };

  // What is painted now: layers by id, what is chosen, and how each class looks.
  let now = null;

  const style = ({ properties: { c: first, s: chosen }, row }, of = now) => {
    const { style: s, fills, shown } = of;
    const c = shown ? shown[row] : first; // with a player, the class of the frame that is seen
    return {
      fillColor: c >= 0 ? fills[c] : s.none,
      fillOpacity: c >= 0 ? s.glass : s.air,
      color: chosen ? s.none : s.quiet,
      weight: chosen ? 3 : 0.8,
      opacity: chosen ? 1 : 0.6,
    };
  };

  const counted = (n) => `${n.toLocaleString('en')} ${now.noun[n === 1 ? 0 : 1]}`;

  // With a player, the count of the frame that is seen.
  const tip = ({ feature: { properties, row } }) => {
    const f = now?.frame;
    return asText(f ? `${properties.name}: ${counted(f.counts[row * f.size + f.k])}, ${f.label}` : properties.t);
  };

  const dress = (feature, layer, of) => {
    layer.bindTooltip(tip, { sticky: true });
    layer.on('mouseover', () => {
      of.under = layer;
      const color = feature.properties.s ? of.style.none : of.style.edge;
      layer.setStyle({ ...style(feature, of), color, weight: 3, opacity: 1 });
    });
    layer.on('mouseout', () => layer.setStyle(style(feature, of)));
    // Before streamlit-folium's own listener, which sends what the properties then hold.
    layer.on('click', (event) => press(feature.properties, event.originalEvent || {}));
  };

  // One shape for each place. `m` is the moment of the choice: with it, clicking a place twice is two messages.
  const places = (group, rows, options) => {
    const { looks, moment, chosen } = options;
    const of = { ...options, fills: looks.map(lamplight.fill), chosen: new Set(), layers: new Map() };
    now = of;
    of.figures = L.geoJSON(null, { style: (f) => style(f, of), onEachFeature: (f, made) => dress(f, made, of) });
    of.rings = L.layerGroup();
    const [ids, names, tips] = [split(rows.ids), texts(rows.names), rows.tips && texts(rows.tips)];
    ids.forEach((id, i) => {
      const n = rows.n[i];
      const t = `${names[i]}: ${tips?.[i] || counted(n)}`;
      const properties = { id, name: names[i], t, n, c: rows.cls.charCodeAt(i) - 49, m: moment };
      of.figures.addData({ type: 'Feature', properties, geometry: unpack(rows.shapes[i]) });
    });
    of.list = of.figures.getLayers();
    of.shown = Int8Array.from(of.list, (layer) => layer.feature.properties.c);
    of.list.forEach((layer, row) => {
      layer.feature.row = row;
      of.layers.set(layer.feature.properties.id, layer);
    });
    of.showFrame = (decoded, k, names_) => showFrame(of, decoded, k, names_);
    // A player that has its frames already speaks before the shapes are on the map.
    of.figures.on('add', () => of.frame && showFrame(of, of.frame.decoded, of.frame.k, of.frame.labels));
    of.figures.addTo(group);
    of.rings.addTo(group);
    group.once('add', () => choose(chosen.map(open)));
    group.once('remove', () => { if (now === of) now = null; });
  };

  // The classes of a player's frames as rules: setting one attribute takes half as long as setting a fill.
  const frameRules = ({ fills, style: s, empty }) => {
    const sheet = document.getElementById('frame-rules') || document.head.appendChild(document.createElement('style'));
    sheet.id = 'frame-rules';
    const none = empty ? `fill: ${s.none}; fill-opacity: ${s.air}` : 'display: none';
    const rules = fills.map((fill, c) => `.frame-${c} { fill: ${fill}; fill-opacity: ${s.glass} }`);
    sheet.textContent = [`.frame--1 { ${none} }`, ...rules].join(' ');
  };

  // One frame of a player, straight to the elements.
  const showFrame = (of, decoded, k, labels) => {
    const { classes, counts } = decoded;
    const size = labels.length;
    of.frame = { decoded, labels, counts, k, size, label: labels[k] };
    if (of.list.length && !of.list[0].getElement()) return;
    if (!of.paths || of.paths[0] !== of.list[0]?.getElement()) {
      frameRules(of);
      of.names = ['frame--1', ...of.fills.map((_, c) => `frame-${c}`)].map((name) => `leaflet-interactive ${name}`);
      of.paths = of.list.map((layer) => layer.getElement());
      of.shown.fill(-2);
    }
    const { shown, paths, names } = of;
    for (let row = 0, at = k; row < paths.length; row += 1, at += size) {
      const c = classes[at] - 1;
      if (c !== shown[row]) {
        shown[row] = c;
        paths[row].setAttribute('class', names[c + 1]);
      }
    }
    if (of.under?.isTooltipOpen()) of.under.setTooltipContent(tip);
  };

  // Mark what is chosen. A ring in two colours is seen on a dark shade, on a light one and on streets.
  const choose = (ids) => {
    const { style: s, layers, rings } = now;
    const before = now.chosen;
    now.chosen = new Set(ids);
    rings.clearLayers();
    [...before, ...ids].filter((id) => layers.has(id)).forEach((id) => {
      const layer = layers.get(id);
      const { properties, geometry } = layer.feature;
      delete properties.s;
      if (now.chosen.has(id)) {
        properties.s = 1;
        layer.bringToFront();
        L.geoJSON(geometry, { interactive: false, style: { color: s.accent, weight: 9, fill: false } }).addTo(rings);
        L.geoJSON(geometry, { interactive: false, style: { color: s.none, weight: 3, fill: false } }).addTo(rings);
      }
      layer.setStyle(style(layer.feature));
    });
  };

  // A place was clicked: Shift, Ctrl or "Add places" adds it to the others. What is then chosen travels along, so
  // that clicks in quick succession, of which streamlit-folium sends only the last, lose nothing.
  const press = (properties, { shiftKey, ctrlKey, metaKey }) => {
    const add = now.several && (lamplight.adding || shiftKey || ctrlKey || metaKey);
    const next = new Set(add ? now.chosen : []);
    if (now.chosen.has(properties.id) && (add || now.chosen.size === 1)) next.delete(properties.id);
    else next.add(properties.id);
    delete properties.add;
    delete properties.chosen;
    if (add) properties.add = 1;
    if (now.several) properties.chosen = [...next];
    if (now.moment) choose([...next]);
  };

  const outlines = (made, shapes, look, pane = 'overlayPane') => {
    shapes.forEach((shape) => L.geoJSON(unpack(shape), { interactive: false, style: look, pane }).addTo(made));
  };

  const fit = () => {
    const below = document.querySelector('.player')?.offsetHeight || 0;
    const padding = { paddingTopLeft: [12, 12], paddingBottomRight: [12, 12 + below] };
    map.fitBounds(extent, { ...padding, maxZoom: 14, animate: false });
  };

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
      Object.assign(button, { href: '#', title: say('Show all'), textContent: '\u2922' });
      button.setAttribute('role', 'button');
      button.setAttribute('aria-label', say('Show all'));
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
      const icon = L.divIcon({ className: `label ${kind}`, iconSize: [0, 0], html: asText(open(text)) });
      L.marker([lat, lon], { icon, interactive: false, keyboard: false }).addTo(group || map);
    });
    requestAnimationFrame(tidy);
  };

  // Two maps of one page whose views follow each other, without the server. Both frames are this app's, so each
  // can call the other; nothing is kept in the page around them that would outlive a frame.
  let following = false;
  const lead = (pair) => {
    const partners = () => [...Array(window.parent.frames.length).keys()].map((i) => window.parent.frames[i])
      .filter((frame) => frame !== window && frame.lamplight?.pair === pair);
    const tell = () => {
      if (following || (!touched && !extent)) return;
      partners().forEach((frame) => frame.lamplight.follow(map.getCenter(), map.getZoom()));
    };
    map.on('move moveend', tell);
    lamplight.pair = pair;
  };
  const follow = ({ lat, lng }, zoom) => {
    touched = true;
    following = true;
    map.stop();
    map.setView([lat, lng], zoom, { animate: false });
    following = false;
  };

  // For whom moving pictures make ill: a zoom is a step, and arrow keys move the map at once.
  const still = () => {
    if (!matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    Object.assign(map.options, { zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, inertia: false });
    map._zoomAnimated = false; // Leaflet read the option when the map was made
    const pan = map.panBy;
    map.panBy = (offset, options) => pan.call(map, offset, { ...options, animate: false });
  };

  const start = (made, theme, pair) => {
    map = made;
    still();
    if (pair) lead(pair);
    Object.entries(theme).forEach(([name, colour]) => document.documentElement.style.setProperty(`--${name}`, colour));
    // Above the places: what is drawn on the map, and a drawn area.
    map.createPane('sketch').classList.add('leaflet-sketch-pane');
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

  // Before each repaint. Streets shine through what is land without them.
  // said: the answer that the map shows, for those who do not see it.
  const begin = (streets, said) => {
    document.documentElement.classList.toggle('streets', streets);
    if (said) {
      map.getContainer().setAttribute('role', 'region');
      map.getContainer().setAttribute('aria-label', open(said));
    }
    // streamlit-folium keeps every group that it ever drew in this list, and with it all of its shapes.
    window.feature_group = (window.feature_group || []).filter((group) => map.hasLayer(group));
    // And the library below it adds the page's theme once more with each run.
    const themes = new Set();
    [...document.head.querySelectorAll('style')].reverse().forEach((sheet) => {
      if (themes.has(sheet.textContent)) sheet.remove();
      else themes.add(sheet.textContent);
    });
  };

  const current = () => ({ map, picture: now });

  // What the map itself says, in the reader's language; English where nothing was handed over.
  let words = {};
  const speak = (given) => { words = given; };
  const say = (text, n = '') => open(words[text] || text).replace('{n}', n);

  return { start, begin, current, split, settle, follow, places, outlines, keepInView, labels, speak, say };
})();
