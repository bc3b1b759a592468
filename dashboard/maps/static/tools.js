// The buttons on the map that a picture may ask for: "Add places" and "Draw an area".
'use strict';

(() => {
  let box = null;
  let wanted = '';

  const button = (label, press) => {
    const made = box.appendChild(document.createElement('button'));
    made.type = 'button';
    made.textContent = label;
    made.addEventListener('click', press);
    return made;
  };

  // A toggle for readers without a Shift key: a finger, or a keyboard that moves the pointer.
  const addPlaces = () => {
    const made = button(lamplight.say('Add places'), () => {
      lamplight.adding = !lamplight.adding;
      made.setAttribute('aria-pressed', String(lamplight.adding));
    });
    made.title = lamplight.say('A click adds a place to the chosen ones, as Shift and a click do');
    made.setAttribute('aria-pressed', String(lamplight.adding));
  };

  const build = (map) => {
    box = map.getContainer().appendChild(document.createElement('div'));
    box.className = 'tools';
    L.DomEvent.disableClickPropagation(box);
    L.DomEvent.disableScrollPropagation(box);
    box.addEventListener('keydown', (event) => event.stopPropagation());
  };

  lamplight.adding = false;

  // The same buttons stay over repaints, and with them what is pressed or half drawn.
  lamplight.tools = (group, { several, draws, moment }) => {
    const { map } = lamplight.current();
    lamplight.drawMoment = moment;
    lamplight.forgetDrawn();
    const key = `${several}${draws}`;
    if (key === wanted) return;
    wanted = key;
    lamplight.cancelDrawing();
    lamplight.adding = false;
    box?.remove();
    box = null;
    if (!several && !draws) return;
    build(map);
    if (several) addPlaces();
    if (draws) button(lamplight.say('Draw an area'), () => lamplight.draw());
  };
})();
