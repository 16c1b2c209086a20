# Answers of Elixir's Version: lines "a <tab> b" in, "<", "=", ">" or "!" out.
IO.stream(:stdio, :line)
|> Enum.each(fn line ->
  [a, b] = line |> String.trim_trailing("\n") |> String.split("\t")

  IO.puts(
    with {:ok, one} <- Version.parse(a), {:ok, two} <- Version.parse(b) do
      case Version.compare(one, two) do
        :lt -> "<"
        :eq -> "="
        :gt -> ">"
      end
    else
      :error -> "!"
    end
  )
end)
