// Shows the stages that the extension sends; a line here and a line of the source show each other.

const view = acquireVsCodeApi();
const main = document.getElementById('stages');
const TITLES = { model: 'Model', python: 'Python', llvm: 'LLVM IR', asm: 'Assembly', ptx: 'PTX', sass: 'SASS' };
const TARGETS = ['cpu', 'sm_75', 'sm_80', 'sm_86', 'sm_89', 'sm_90', 'sm_100', 'sm_120'];
let stage = '';
let line = 0;
let answer;

const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

addEventListener('message', ({ data }) => {
  if (data.kind === 'line') return point(data.line);
  if (data.kind === 'busy') return wait(data.target);
  answer = data.answer;
  stage = data.stage || stage;
  show(data.target);
});

/** What was made before stays until there is something else. */
function wait(target) {
  const before = main.querySelector('ol');
  before?.classList.add('old');
  main.replaceChildren(header(target, busy()), ...(before ? [before] : []));
}

function show(target) {
  if (answer.trouble) return main.replaceChildren(header(target), make('p', { className: 'trouble', textContent: answer.trouble }));
  const found = answer.inspection;
  if (!found.stages.some(({ name }) => name === stage)) stage = found.stages[0].name;
  const notices = found.notices.map((text) => make('p', { className: 'note', textContent: text }));
  const tabs = found.stages.map(({ name }) => tab(name, target));
  main.replaceChildren(header(target, facts(found), ...notices, make('nav', { role: 'tablist' }, ...tabs)), lines(found));
  point(line);
}

function header(target, ...children) {
  const choice = make('select', { ariaLabel: 'Target' });
  for (const each of TARGETS) choice.append(make('option', { value: each, textContent: each, selected: each === target }));
  choice.addEventListener('change', () => view.postMessage({ kind: 'target', target: choice.value }));
  const name = answer?.inspection ? `${answer.inspection.kernel} for ` : 'Stages for ';
  return make('header', {}, make('h1', {}, name, choice), ...children);
}

function busy() {
  const cancel = make('button', { textContent: 'Cancel' });
  cancel.addEventListener('click', () => view.postMessage({ kind: 'cancel' }));
  return make('p', {}, 'Compiling … ', cancel);
}

function facts({ resources }) {
  const known = [];
  if (resources) {
    if (resources.registers !== null) known.push(['registers a thread', resources.registers]);
    if (resources.spill_bytes !== null) known.push(['bytes spilled', resources.spill_bytes]);
    known.push(['bytes of shared memory a block', resources.shared_bytes.toLocaleString('en')]);
    const { occupancy } = resources;
    if (occupancy) {
      const share = Math.floor((100 * occupancy.warps) / occupancy.max_warps);
      known.push([`occupancy: ${occupancy.blocks_per_sm} blocks of ${occupancy.block_threads} threads, limited by ${occupancy.limit}`, `${share} %`]);
    }
  }
  return make('div', { className: 'facts' }, ...known.map(([what, value]) => make('span', {}, make('b', { textContent: value }), ` ${what}`)));
}

function tab(name, target) {
  const button = make('button', { role: 'tab', textContent: TITLES[name] ?? name, ariaSelected: String(name === stage) });
  button.addEventListener('click', () => {
    stage = name;
    show(target);
  });
  return button;
}

function lines(found) {
  const { text, lines: sources } = found.stages.find(({ name }) => name === stage);
  const list = make('ol');
  let before = null;
  text.split('\n').forEach((content, index) => {
    const source = sources[index] ?? null;
    const number = make('span', { textContent: source !== null && source !== before ? source : '' });
    before = source ?? before;
    const item = make('li', { className: source === null ? '' : 'linked' }, number, content || ' ');
    if (source !== null) {
      item.dataset.source = source;
      item.addEventListener('click', () => {
        view.postMessage({ kind: 'line', line: source });
        point(source, false);
      });
    }
    list.append(item);
  });
  return list;
}

function point(to, scrolls = true) {
  line = to;
  for (const item of main.querySelectorAll('li.here')) item.classList.remove('here');
  const found = [...main.querySelectorAll(`li[data-source="${line}"]`)];
  for (const item of found) item.classList.add('here');
  if (scrolls) found[0]?.scrollIntoView({ block: 'center' });
}

view.postMessage({ kind: 'ready' });
