-- SPDX-License-Identifier: MIT
-- cycle.lua - wrk asks for one path of a list after the other.
--
--   PATHS=FILE wrk -s cycle.lua URL

local paths = {}
local at = 0

for line in io.lines(os.getenv('PATHS')) do
  paths[#paths + 1] = line
end

function request()
  at = at % #paths + 1
  return wrk.format('GET', paths[at])
end
