-- Answers of luarocks.core.vers: lines "a <tab> b" in, "<", "=", ">" or "!" out.
local vers = require("luarocks.core.vers")
local util = require("luarocks.core.util")
local refused
util.warning = function() refused = true end
for line in io.lines() do
   local a, b = line:match("^(.-)\t(.*)$")
   refused = false
   local one, two = vers.parse_version(a), vers.parse_version(b)
   -- The answer is kept, the warning is not.
   if refused or #one == 0 or #two == 0 then
      print("!")
   else
      print(one < two and "<" or two < one and ">" or "=")
   end
end
