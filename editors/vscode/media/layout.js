// Draws what the extension sends, and tells of the cell under the pointer.

const view = acquireVsCodeApi();
const main = document.getElementById('layout');
const make = (tag, name) => main.appendChild(Object.assign(document.createElement(tag), { className: name }));
const title = make('h1', 'title');
const note = make('p', 'note');
const choice = make('nav', 'choice');
const cell = make('p', 'cell');
const picture = make('div', 'picture');
// By which number the cells are coloured, as far as there is a picture for it.
let colours = 'banks';
let shown;

addEventListener('message', ({ data }) => {
  shown = data;
  show();
});

function show() {
  title.textContent = shown.title;
  note.textContent = shown.note;
  cell.textContent = shown.svg ? 'Point at a cell.' : '';
  const names = shown.threads_svg ? ['banks', 'threads'] : [];
  const chosen = names.includes(colours) ? colours : 'banks';
  choice.replaceChildren(...names.map((name) => button(name, name === chosen)));
  // The picture is made by our server, whose text is escaped; the page's policy runs no script in it.
  picture.innerHTML = chosen === 'threads' ? shown.threads_svg : shown.svg;
}

function button(name, isChosen) {
  const made = Object.assign(document.createElement('button'), { role: 'tab', textContent: `Colours: ${name}`, ariaSelected: String(isChosen) });
  made.addEventListener('click', () => {
    colours = name;
    show();
  });
  return made;
}

picture.addEventListener('pointerover', ({ target }) => {
  const group = target.closest('g');
  for (const other of picture.querySelectorAll('.near')) other.classList.remove('near');
  if (!group) return;
  group.classList.add('near');
  cell.textContent = group.querySelector('title').textContent;
});

// A large layout is shrunk to the panel; a click shows it in its own size.
picture.addEventListener('click', () => picture.classList.toggle('whole'));

view.postMessage('ready');
