# Answers of vercmp: lines "a <tab> b" in, "<", "=" or ">" out.
tab=$(printf '\t')
while IFS="$tab" read -r a b; do
  case $(vercmp "$a" "$b") in
    -*) echo '<' ;;
    0) echo '=' ;;
    *) echo '>' ;;
  esac
done
