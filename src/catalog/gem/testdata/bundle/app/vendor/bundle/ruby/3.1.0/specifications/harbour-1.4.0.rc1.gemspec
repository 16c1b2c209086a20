# -*- encoding: utf-8 -*-
# stub: harbour 1.4.0.rc1 ruby lib

Gem::Specification.new do |s|
  s.name = "harbour".freeze
  s.version = "1.4.0.rc1"

  s.required_rubygems_version = Gem::Requirement.new("> 1.3.1".freeze) if s.respond_to? :required_rubygems_version=
  s.require_paths = ["lib".freeze]
  s.authors = ["Zo\u00EB".freeze]
  s.date = "2026-11-24"
  s.homepage = "https://example.com/harbour".freeze
  s.licenses = ["MIT".freeze, "Apache-2.0".freeze]
  s.rubygems_version = "3.3.15".freeze
  s.summary = "Entr\u00E9e, \"quoted\" 1".freeze

  s.installed_by_version = "3.3.15" if s.respond_to? :installed_by_version

  if s.respond_to? :specification_version then
    s.specification_version = 4
  end

  if s.respond_to? :add_runtime_dependency then
    s.add_runtime_dependency(%q<quay>.freeze, ["~> 2.0", ">= 2.0.1"])
    s.add_runtime_dependency(%q<rack>.freeze, [">= 2"])
    s.add_development_dependency(%q<minitest>.freeze, ["~> 5.0"])
  else
    s.add_dependency(%q<quay>.freeze, ["~> 2.0", ">= 2.0.1"])
    s.add_dependency(%q<rack>.freeze, [">= 2"])
    s.add_dependency(%q<minitest>.freeze, ["~> 5.0"])
  end
end
