let
  build = name: attrs: derivation ({
    inherit name; system = "x86_64-linux"; builder = "${./bash}";
    outputs = [ "out" ];
    args = [ "-c" "for o in $outputs; do eval p=\\$$o; echo $deps $name > $p; done" ];
  } // attrs);
  source = builtins.toFile "glass-1.2.tar.gz" "x";
  fix = builtins.toFile "CVE-2024-1.patch" "x";
  hook = builtins.toFile "setup-hook.sh" "x";
  libc = build "glibc-2.38-27" { outputs = [ "out" "bin" "dev" "static" "getent" ]; deps = ""; };
  ssl = build "openssl-3.0.11" { outputs = [ "bin" "dev" "out" "man" ]; deps = "${libc} ${hook}"; };
  ssl' = build "openssl-3.0.11" { deps = "${libc} again"; };
  requests = build "python3.11-requests-2.31.0" { outputs = [ "out" "dist" ]; deps = "${ssl}"; };
  env = build "harbour-env" { deps = "${requests} ${ssl'}"; };
  unstable = build "quay-unstable-2024-03-01" { deps = "${libc.getent}"; };
  httpd = build "apache-httpd-2.0.48" { deps = "${ssl.bin} ${ssl.dev} ${ssl.man} ${libc.dev} ${libc.static} ${requests.dist} ${unstable} ${source} ${fix} ${env}"; };
in httpd
