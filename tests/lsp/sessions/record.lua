-- Types in headless Neovim, a key after another, with questions in between that nobody waits for. Started by record.py.

local file, server, recording = vim.env.WEFT_FILE, vim.env.WEFT_LSP, vim.env.WEFT_RECORDING

vim.cmd('edit ' .. vim.fn.fnameescape(file))
vim.bo.autoindent = false
local bufnr = vim.api.nvim_get_current_buf()
local config = {
  name = 'weft',
  cmd = { server, '--record', recording },
  root_dir = vim.fn.fnamemodify(file, ':h'),
  flags = { debounce_text_changes = 0 },
}
local id
if vim.lsp.start then -- 0.8 and newer
  id = vim.lsp.start(config, { bufnr = bufnr })
else
  id = vim.lsp.start_client(config)
  vim.lsp.buf_attach_client(bufnr, id)
end
local client = vim.lsp.get_client_by_id(id)
assert(vim.wait(20000, function()
  return client.initialized
end, 10))

local questions = { 'completion', 'hover', 'signatureHelp', 'documentHighlight', 'definition' }
local asked = 0

local function ask()
  asked = asked + 1
  local method = 'textDocument/' .. questions[asked % #questions + 1]
  local ok, request = client.request(method, vim.lsp.util.make_position_params(0, client.offset_encoding), function() end, bufnr)
  -- Every fourth answer is not wanted any more.
  if ok and asked % 4 == 0 then
    client.cancel_request(request)
  end
  vim.wait(1)
end

local function normal(keys)
  vim.cmd('normal! ' .. keys)
  ask()
end

local function type_line(line)
  -- Each line is undone by itself.
  vim.cmd('let &undolevels = &undolevels')
  vim.cmd('normal! o')
  for position, character in ipairs(vim.fn.split(line, [[\zs]])) do
    vim.cmd('normal! a' .. character)
    if position % 3 == 0 or character == '.' or character == '(' then
      ask()
    end
  end
end

normal('G')
for line in io.lines(vim.env.WEFT_TYPED) do
  type_line(line)
end
-- Second thoughts: undo and redo, a line moved, a name changed everywhere, everything deleted and taken back.
for _ = 1, 12 do
  normal('u')
end
for _ = 1, 12 do
  vim.cmd('redo')
  ask()
end
normal('kdd')
normal('p')
vim.cmd([[%s/total/sum/g]])
normal('ggdG')
normal('u')
normal('gg')
vim.cmd('quitall!')
