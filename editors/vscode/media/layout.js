// Draws what the extension sends, and tells of the cell under the pointer.

const view = acquireVsCodeApi();
const main = document.getElementById('layout');
const make = (tag, name) => main.appendChild(Object.assign(document.createElement(tag), { className: name }));
const title = make('h1', 'title');
const note = make('p', 'note');
const cell = make('p', 'cell');
const picture = make('div', 'picture');

addEventListener('message', ({ data }) => {
  title.textContent = data.title;
  note.textContent = data.note;
  cell.textContent = '';
  // The picture is made by our server, whose text is escaped; the page's policy runs no script in it.
  picture.innerHTML = data.svg;
});

picture.addEventListener('pointerover', ({ target }) => {
  const told = target instanceof SVGRectElement ? target.querySelector('title') : null;
  cell.textContent = told ? `coordinate ${told.textContent.replace(': ', ' → index ').replace(/ T(\d+)/, ', thread $1').replace(/ B(\d+)/, ', bank $1')}` : '';
  for (const other of picture.querySelectorAll('.near')) other.classList.remove('near');
  if (told) target.classList.add('near');
});

// A large layout is shrunk to the panel; a click shows it in its own size.
picture.addEventListener('click', () => picture.classList.toggle('whole'));

view.postMessage('ready');
