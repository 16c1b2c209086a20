<?php
// Answers of Composer: lines "a <tab> b" in, "<", "=", ">" or "!" out. A version is what VersionParser normalises and
// Comparator can order: branches have no order.
require '/usr/share/php/Composer/Semver/autoload.php';

$parser = new Composer\Semver\VersionParser();
while (($line = fgets(STDIN)) !== false) {
    try {
        [$a, $b] = array_map([$parser, 'normalize'], explode("\t", rtrim($line, "\n")));
        $branch = strpos($a, 'dev-') === 0 || strpos($b, 'dev-') === 0;
        echo $branch ? '!' : ['<', '=', '>'][version_compare($a, $b) + 1], "\n";
    } catch (UnexpectedValueException $e) {
        echo "!\n";
    }
}
