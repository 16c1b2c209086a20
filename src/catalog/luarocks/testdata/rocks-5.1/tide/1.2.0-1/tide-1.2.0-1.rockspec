package = "tide"
version = "1.2.0-1"
source = { url = "https://example.org/tide.lua" }
description = {
   summary = "Tides",
   homepage = "https://example.org/tide",
   license = "MIT/X11"
}
dependencies = { "lua >= 5.1" }
build = { type = "builtin", modules = { tide = "tide.lua" } }
