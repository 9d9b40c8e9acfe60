-- One editing session, as a person would have it, written down as JSON: what Neovim got from the server.
-- Runs in Neovim 0.7 and newer. The environment says where things are; see test_neovim.py.

local WAIT_MS = 20000
local file, server, transcript_path = vim.env.WEFT_FILE, vim.env.WEFT_LSP, vim.env.WEFT_TRANSCRIPT
local transcript = {}
local exited = nil

local function wait_for(what, condition)
  if not vim.wait(WAIT_MS, condition, 10) then
    error('waited in vain for ' .. what)
  end
end

local function start(bufnr)
  local config = {
    name = 'weft',
    cmd = { server },
    root_dir = vim.fn.fnamemodify(file, ':h'),
    on_exit = function(code, signal)
      exited = { code = code, signal = signal }
    end,
  }
  if vim.lsp.start then -- 0.8 and newer
    return vim.lsp.start(config, { bufnr = bufnr })
  end
  local id = vim.lsp.start_client(config)
  vim.lsp.buf_attach_client(bufnr, id)
  return id
end

-- The place of the mark `$0` in `pattern`, which is plain text of one line: LSP position, counted from 0.
local function place(bufnr, pattern)
  local mark = pattern:find('$0', 1, true)
  local plain = pattern:gsub('%$0', '')
  for row, line in ipairs(vim.api.nvim_buf_get_lines(bufnr, 0, -1, true)) do
    local column = line:find(plain, 1, true)
    if column then
      -- Neovim counts bytes, LSP counts UTF-16.
      local _, character = vim.str_utfindex(line, column - 1 + mark - 1)
      return { line = row - 1, character = character or column - 1 + mark - 1 }
    end
  end
  error('no such text: ' .. plain)
end

local function ask(bufnr, method, pattern, extra)
  local params = vim.tbl_extend('force', {
    textDocument = { uri = vim.uri_from_bufnr(bufnr) },
    position = place(bufnr, pattern),
  }, extra or {})
  local answers, failure = vim.lsp.buf_request_sync(bufnr, method, params, WAIT_MS)
  for _, answer in pairs(answers or {}) do
    return answer.err or answer.error or answer.result or vim.NIL
  end
  error(method .. ': ' .. tostring(failure))
end

local function findings(bufnr)
  local found = {}
  for _, diagnostic in ipairs(vim.diagnostic.get(bufnr)) do
    table.insert(found, {
      code = diagnostic.code or (diagnostic.user_data and diagnostic.user_data.lsp.code),
      message = diagnostic.message,
      source = diagnostic.source,
      text = vim.api.nvim_buf_get_lines(bufnr, diagnostic.lnum, diagnostic.lnum + 1, true)[1],
    })
  end
  return found
end

-- Replace the first `old` by `new`, as typing would: a change of a few characters, not of the file.
local function edit(bufnr, old, new)
  for row, line in ipairs(vim.api.nvim_buf_get_lines(bufnr, 0, -1, true)) do
    local first, last = line:find(old, 1, true)
    if first then
      vim.api.nvim_buf_set_text(bufnr, row - 1, first - 1, row - 1, last, vim.split(new, '\n'))
      return
    end
  end
  error('no such text: ' .. old)
end

local function session()
  vim.cmd('edit ' .. vim.fn.fnameescape(file))
  local bufnr = vim.api.nvim_get_current_buf()
  local id = start(bufnr)
  wait_for('the server', function()
    local client = vim.lsp.get_client_by_id(id)
    return client and client.initialized ~= false and client.server_capabilities ~= nil
  end)
  local client = vim.lsp.get_client_by_id(id)
  transcript.server = client.server_capabilities
  transcript.name = (client.server_info or {}).name

  transcript.hover = ask(bufnr, 'textDocument/hover', 'weft.ind$0ex')
  transcript.definition = ask(bufnr, 'textDocument/definition', 'weft.ind$0ex')
  transcript.symbols = ask(bufnr, 'textDocument/documentSymbol', '$0import weft')

  -- A line that does not parse yet.
  edit(bufnr, '    y[i]', '    width = TILE.\n    y[i]')
  transcript.completion = ask(bufnr, 'textDocument/completion', 'TILE.$0', { context = { triggerKind = 2, triggerCharacter = '.' } })
  edit(bufnr, 'TILE.', 'weft.index(')
  transcript.signature = ask(bufnr, 'textDocument/signatureHelp', 'width = weft.index($0')
  edit(bufnr, 'width = weft.index(', 'width = 0')

  -- The text is whole again. A name is misspelled, then mended.
  wait_for('no findings at first', function() return #findings(bufnr) == 0 end)
  edit(bufnr, 'weft.index', 'weft.indx')
  -- What the unfinished call above was found wrong for may still be on its way: wait for this text's own finding.
  wait_for('the finding of the misspelled name alone', function()
    local found = findings(bufnr)
    return #found == 1 and found[1].text:find('weft.indx', 1, true) ~= nil
  end)
  transcript.found = findings(bufnr)
  edit(bufnr, 'weft.indx', 'weft.index')
  wait_for('no findings at last', function() return #findings(bufnr) == 0 end)
  transcript.left = #findings(bufnr)

  vim.lsp.stop_client(id)
  wait_for('the end of the server', function() return exited ~= nil end)
  transcript.exited = exited
end

local worked, failure = xpcall(session, debug.traceback)
if not worked then
  transcript.failure = failure
end
vim.fn.writefile({ vim.fn.json_encode(transcript) }, transcript_path)
vim.cmd('qa!')
