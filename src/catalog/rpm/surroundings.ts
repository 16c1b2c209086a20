import type { Distro } from '../../distro/distro.ts';
import type { Problem, RpmMetadata } from '../../inventory/inventory.ts';
import type { ImageFile } from '../catalog.ts';
import { contentManifestFolders, isContentManifest, readContentSets } from './content-sets.ts';
import { isRepositoryRecord, type Nevra, readRepositories, repositoryFolders } from './repositories.ts';
import { thirdParties } from './third-party.ts';

type Told = Pick<RpmMetadata, 'thirdParty' | 'repository' | 'contentSets'>;

/** What lies beside the database and tells of its packages. */
export interface Surroundings {
  /** What is known of a package besides its record; undefined for nothing. */
  tell(recorded: Nevra & { readonly vendor?: string | undefined }): Told | undefined;
  /** No package is missing for them. */
  readonly problems: readonly Problem[];
}

/** Well-known folders of such files. */
export const surroundingFolders: readonly string[] = [...repositoryFolders, ...contentManifestFolders];

/** Whether the file tells of packages that are in the database. */
export function isSurrounding(path: string): boolean {
  return isRepositoryRecord(path) || isContentManifest(path);
}

/** Reads what the files beside the database tell. */
export function readSurroundings(files: readonly ImageFile[], distro: Distro | undefined): Surroundings {
  const repositories = readRepositories(files);
  const sets = readContentSets(files);
  const builtBy = thirdParties(distro);
  const problems = [
    ...repositories.faults.map(({ file, code, message, detail }) => problemOf(file, code, message, detail)),
    ...sets.faults.map(({ file, error }) =>
      problemOf(file, error.code, 'A content manifest can not be read', error.detail),
    ),
  ];
  return {
    problems: problems.slice(0, maxProblems),
    tell(recorded) {
      const repository = repositories.of(recorded);
      const thirdParty = builtBy({ vendor: recorded.vendor, release: recorded.release, repository });
      if (thirdParty === undefined && repository === undefined && sets.names === undefined) return undefined;
      return {
        ...(thirdParty !== undefined && { thirdParty }),
        ...(repository !== undefined && { repository }),
        ...(sets.names && { contentSets: sets.names }),
      };
    },
  };
}

const maxProblems = 20;

function problemOf(file: ImageFile, code: Problem['code'], message: string, detail: string | undefined): Problem {
  const said = detail === undefined || detail === '' ? {} : { detail: detail.slice(0, 300) };
  return { code, message, ...said, path: `/${file.path}`, layer: file.layer.index, by: 'rpm', lossy: false };
}
