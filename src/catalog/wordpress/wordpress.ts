import type { Cataloger, CatalogInput, CatalogResult, ImageFile } from '../catalog.ts';
import { type Gatherer, gather } from '../gather.ts';
import { readCoreVersion, readHeader } from './header.ts';

/**
 * WordPress, its plugins and themes, as the files in a site's folder say. No advisories of OSV speak of them; of WordPress
 * itself the NVD does.
 */
export const wordpress: Cataloger = {
  id: 'wordpress',
  needs: [],
  endings: ['php', 'css'],
  selects: (path) =>
    path.endsWith('.php')
      ? (path.includes('wp-content/') && pluginFile.test(path)) || coreFile.test(path)
      : path.endsWith('/style.css') && themeFile.test(path),
  catalog,
};

/** In a plugin's own folder or, for a plugin of one file, directly in that of plugins or of those that must be used. */
const pluginFile = /(?:^|\/)wp-content\/(?:plugins\/(?:([^/]+)\/)?|mu-plugins\/)([^/]+)\.php$/;
const themeFile = /(?:^|\/)wp-content\/themes\/([^/]+)\/style\.css$/;
const coreFile = /(?:^|\/)wp-includes\/version\.php$/;

const headerFields: readonly string[] = ['Version', 'License', 'Plugin URI', 'Theme URI'];

function catalog({ files }: CatalogInput): CatalogResult {
  const found = gather(wordpress.id);
  for (const file of files) {
    if (coreFile.test(file.path)) addCore(found, file);
    else addExtension(found, file);
  }
  const { packages, ...rest } = found.result();
  const named = packages.map((one) => (one.ecosystem === 'CPE' ? { ...one, knownAs: ['wordpress:wordpress'] } : one));
  return { ...rest, packages: named };
}

function addCore(found: Gatherer, file: ImageFile): void {
  const version = readCoreVersion(file.bytes);
  if (version === undefined)
    return found.problem('corrupt', 'A package has no usable name or version', file, 'wordpress');
  const purl = { type: 'wordpress', namespace: 'core', name: 'wordpress' };
  found.add({ name: 'wordpress', version, purl, ecosystem: 'CPE', presence: 'installed' }, file);
}

/** Of a plugin's files the one with a header is the plugin; a theme has a header or is damaged. */
function addExtension(found: Gatherer, file: ImageFile): void {
  const theme = themeFile.exec(file.path)?.[1];
  const [, folder, base = ''] = pluginFile.exec(file.path) ?? [];
  const name = theme ?? folder ?? base;
  const header = readHeader(file.bytes, theme === undefined ? 'Plugin Name' : 'Theme Name', headerFields);
  if (header === undefined) {
    if (theme !== undefined) found.problem('corrupt', 'A theme has no header', file);
    return;
  }
  const version = header.get('Version') ?? '';
  if (!/^[\w.+~ -]{1,100}$/.test(version))
    return found.problem('corrupt', 'A package has no usable name or version', file, `${name}: ${version}`);
  const homepage = header.get('Plugin URI') ?? header.get('Theme URI');
  const license = header.get('License');
  found.add(
    {
      name,
      version,
      purl: { type: 'wordpress', namespace: theme === undefined ? 'plugin' : 'theme', name },
      presence: 'installed',
      licenses: license === undefined ? [] : [license],
      metadata: homepage === undefined ? {} : { homepage },
    },
    file,
  );
}
