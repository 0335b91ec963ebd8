-- Different requests for wrk: target, Host and Date differ from one request to the next, and so do
-- their lengths. A server that remembers the last request gains nothing.
--
--   wrk -s requests.lua URL -- DEPTH        DEPTH requests in one write
--
-- tools/src/bin/load.rs makes the same requests.

-- How many a thread makes before it begins again.
local COUNT = 8192

local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

local function different(n)
  wrk.headers["Host"] = string.format("h%d.test:%d", n % 997, 1024 + n % 60000)
  wrk.headers["Date"] = string.format("Thu, 26 Nov 2026 %02d:%02d:%02d GMT", n / 3600 % 24, n / 60 % 60, n % 60)
  return wrk.format("GET", string.format("/%d?q=%d", n, n * 7919 % 1000003))
end

local batches, last = {}, 0

function init(args)
  local depth = tonumber(args[1])
  for batch = 1, COUNT / depth do
    local requests = {}
    for place = 1, depth do
      requests[place] = different(number * COUNT + (batch - 1) * depth + place)
    end
    batches[batch] = table.concat(requests)
  end
end

function request()
  last = last % #batches + 1
  return batches[last]
end
