# Answers of R's numeric_version, which package_version is one of: lines "a <tab> b" in, "<", "=", ">" or "!" out.
rows <- strsplit(readLines(file("stdin", encoding = "UTF-8")), "\t", fixed = TRUE)
a <- numeric_version(vapply(rows, `[`, "", 1), strict = FALSE)
b <- numeric_version(vapply(rows, `[`, "", 2), strict = FALSE)
cat(ifelse(is.na(a) | is.na(b), "!", ifelse(a < b, "<", ifelse(a > b, ">", "="))), sep = "\n")
