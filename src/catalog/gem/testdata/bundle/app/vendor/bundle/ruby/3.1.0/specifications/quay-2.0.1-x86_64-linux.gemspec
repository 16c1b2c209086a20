# -*- encoding: utf-8 -*-
# stub: quay 2.0.1 x86_64-linux lib

Gem::Specification.new do |s|
  s.name = "quay".freeze
  s.version = "2.0.1"
  s.platform = "x86_64-linux".freeze

  s.required_rubygems_version = Gem::Requirement.new(">= 0".freeze) if s.respond_to? :required_rubygems_version=
  s.require_paths = ["lib".freeze]
  s.authors = ["a".freeze]
  s.date = "2026-11-24"
  s.licenses = ["BSD-3-Clause".freeze]
  s.rubygems_version = "3.3.15".freeze
  s.summary = "q".freeze

  s.installed_by_version = "3.3.15" if s.respond_to? :installed_by_version
end
