/** Where an R package came from. */
export interface Origin {
  /** OSV's name; absent where the package is of neither archive as far as can be told. */
  readonly ecosystem?: 'CRAN' | 'Bioconductor' | undefined;
  /** Where it came from, when not from a package archive. */
  readonly origin?: string | undefined;
}

const hosted: ReadonlySet<string> = new Set(['github', 'gitlab', 'bitbucket', 'git2r', 'xgit']);

/**
 * Tells the ecosystem by `Repository` (`CRAN`, a mirror of it, `Bioconductor 3.18`) and `Remote*` fields: what was
 * installed from a forge is mostly a package of CRAN at a later commit and is judged as that.
 */
export function ecosystemOf(said: {
  readonly repository?: string | undefined;
  readonly remote?: string | undefined;
  readonly user?: string | undefined;
  readonly repo?: string | undefined;
  readonly revision?: string | undefined;
}): Origin {
  const { repository, remote, user, repo, revision } = said;
  if (remote !== undefined && hosted.has(remote)) {
    const place = [user, repo].filter(Boolean).join('/');
    return { ecosystem: 'CRAN', origin: `${remote}:${place}${revision === undefined ? '' : `@${revision}`}` };
  }
  if (repository === undefined) return {};
  return { ecosystem: /bioc/i.test(repository) ? 'Bioconductor' : 'CRAN' };
}
