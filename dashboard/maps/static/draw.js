// Drawing an area: click its corners, or move the map under the cross with the arrow keys and press Enter.
'use strict';

(() => {
  const MOST = 60; // corners
  const NEAR = 12; // pixels in which a corner is hit again
  const HINT = 'Click the corners; or arrow keys, and Enter for a corner in the middle.';
  const MORE = 'Click the first or press Enter again to finish.';
  const pane = 'sketch';
  let now = null; // what is being drawn
  let done = null; // what was drawn, until the page has painted it

  const pixel = (point) => now.map.latLngToContainerPoint(point);
  const near = (one, other) => pixel(one).distanceTo(pixel(other)) < NEAR;

  const turn = (a, b, c) => Math.sign((b.lng - a.lng) * (c.lat - a.lat) - (b.lat - a.lat) * (c.lng - a.lng));
  const cross = (a, b, c, d) => turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0;
  // Whether two edges of the closed line cross.
  const tangled = (corners) => {
    const edges = corners.map((corner, i) => [corner, corners[(i + 1) % corners.length]]);
    return edges.some((one, i) => edges.slice(i + 1).some((other) => cross(...one, ...other)));
  };

  const tell = (text) => { now.said.textContent = text; };

  const sketch = () => {
    const { corners, marks, line } = now;
    marks.clearLayers();
    corners.forEach((corner, i) => L.circleMarker(corner, {
      radius: i ? 4 : 7, color: now.colour, weight: 2, fillOpacity: i ? 1 : 0.3, interactive: false, pane,
    }).addTo(marks));
    line.setLatLngs(corners);
    now.band.setLatLngs([]);
    now.undo.disabled = !corners.length;
    now.finish.disabled = corners.length < 3;
  };

  const put = (corner, byKey) => {
    const { corners } = now;
    const last = corners[corners.length - 1];
    if (corners.length > 2 && (near(corner, corners[0]) || (byKey && near(corner, last)))) {
      finish();
      return;
    }
    if (last && near(corner, last)) return; // the second click of a double click
    if (corners.length === MOST) {
      tell(lamplight.say('An area has at most {n} corners. Finish it, or undo some.', MOST));
      return;
    }
    corners.push(corner);
    sketch();
    const n = corners.length;
    tell(n < 3 ? lamplight.say('{n} of at least 3 corners.', n)
      : `${lamplight.say('{n} corners.', n)} ${lamplight.say(MORE)}`);
  };

  const undo = () => {
    now.corners.pop();
    sketch();
    tell(lamplight.say('{n} corners.', now.corners.length));
  };

  const stop = () => {
    const { map, layers, bar, keys } = now;
    map.off({ click: onClick, mousemove: onMove, dblclick: onDouble });
    map.doubleClickZoom.enable();
    layers.remove();
    bar.remove();
    map.getContainer().removeEventListener('keydown', keys, true);
    map.getContainer().classList.remove('drawing', 'by-key');
    now = null;
  };

  // streamlit-folium sends what a finished drawing is, if it comes as this event.
  const finish = () => {
    const { map, corners, colour } = now;
    if (corners.length < 3) return;
    if (tangled(corners)) {
      tell(lamplight.say('Two edges cross. Undo corners until they do not.'));
      return;
    }
    stop();
    const look = { color: colour, weight: 3, dashArray: '8 5', fill: false, interactive: false, pane };
    done = L.polygon(corners, look).addTo(map);
    done.feature = { type: 'Feature', properties: { drawn: 1, m: lamplight.drawMoment } };
    map.fire('draw:created', { layerType: 'polygon', layer: done });
    map.getContainer().focus();
  };

  function onClick(event) {
    now.map.getContainer().classList.remove('by-key');
    now.byKey = false;
    put(event.latlng, false);
  }

  function onDouble() {
    finish();
  }

  function onMove(event) {
    const last = now.corners[now.corners.length - 1];
    if (last && !now.byKey) now.band.setLatLngs([last, event.latlng]);
  }

  const onKey = (event) => {
    const onMap = event.target === now.map.getContainer();
    if (event.key === 'Escape') {
      event.preventDefault();
      cancel();
    } else if (event.key === 'Enter' && onMap) {
      event.preventDefault();
      // After clicks, Enter says that this was all.
      if (!now.byKey && now.corners.length > 2) {
        finish();
        return;
      }
      put(now.map.getCenter(), true);
    } else if (event.key.startsWith('Arrow') && onMap) {
      now.byKey = true;
      now.map.getContainer().classList.add('by-key');
    }
  };

  const cancel = () => {
    if (!now) return;
    const { map } = now;
    stop();
    map.getContainer().focus();
  };

  const button = (label, press, parent) => {
    const made = parent.appendChild(document.createElement('button'));
    made.type = 'button';
    made.textContent = label;
    made.addEventListener('click', press);
    return made;
  };

  const bar = (map) => {
    const made = map.getContainer().appendChild(document.createElement('div'));
    made.className = 'tools drawing-bar';
    L.DomEvent.disableClickPropagation(made);
    const said = made.appendChild(document.createElement('span'));
    said.setAttribute('role', 'status');
    const row = made.appendChild(document.createElement('div'));
    return {
      bar: made,
      said,
      finish: button(lamplight.say('Finish'), () => finish(), row),
      undo: button(lamplight.say('Undo'), () => undo(), row),
      stop: button(lamplight.say('Cancel'), () => cancel(), row),
    };
  };

  lamplight.draw = () => {
    if (now) return;
    lamplight.forgetDrawn();
    const { map } = lamplight.current();
    const colour = getComputedStyle(document.documentElement).getPropertyValue('--accent').trim();
    const layers = L.layerGroup().addTo(map);
    const edge = { color: colour, weight: 3, interactive: false, pane };
    now = {
      map, colour, layers, corners: [], byKey: false, keys: onKey, ...bar(map),
      marks: L.layerGroup().addTo(layers),
      line: L.polyline([], edge).addTo(layers),
      band: L.polyline([], { ...edge, weight: 2, dashArray: '4 4' }).addTo(layers),
    };
    map.doubleClickZoom.disable();
    map.on({ click: onClick, mousemove: onMove, dblclick: onDouble });
    // Before Leaflet, whose map would take Enter and Escape for nothing.
    map.getContainer().addEventListener('keydown', onKey, true);
    map.getContainer().classList.add('drawing');
    map.getContainer().focus();
    sketch();
    tell(lamplight.say(HINT));
  };

  lamplight.cancelDrawing = cancel;

  lamplight.forgetDrawn = () => {
    done?.remove();
    done = null;
  };
})();
