# Answers of Gem::Version: lines "a <tab> b" in, "<", "=", ">" or "!" out.
$stdin.each_line(chomp: true) do |line|
  order = line.split("\t", -1).map { |text| Gem::Version.new(text) }.reduce(:<=>)
  puts({ -1 => "<", 0 => "=", 1 => ">" }.fetch(order))
rescue ArgumentError
  puts "!"
end
