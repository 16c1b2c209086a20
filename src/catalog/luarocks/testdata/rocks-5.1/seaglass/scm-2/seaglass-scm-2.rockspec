rockspec_format = "3.0"
package = "SeaGlass"
version = "scm-2"
source = { url = "https://example.org/seaglass.lua" }
description = { license = 'MIT' }
dependencies = {
   "lua >= 5.1", -- a comment
   "tide ~> 1.2",
}
build = { type = "builtin", modules = { seaglass = "seaglass.lua" } }
