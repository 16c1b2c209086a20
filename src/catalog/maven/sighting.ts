import type { Usage } from '../../inventory/inventory.ts';
import type { Sighting } from '../gather.ts';
import type { Component } from './facts.ts';
import type { Identity } from './identity.ts';

/**
 * An identity as a package shows it. One whose group cannot be told has no name in the advisories: it is listed under its
 * artifact's, with no ecosystem, so that the report counts it among what was not assessed.
 */
export function sightingOf(
  { group, artifact, version, classifier, by, certainty }: Identity,
  presence: Sighting['presence'],
  usage?: Usage,
  within?: string,
): Sighting {
  const qualifiers = { classifier: classifier || undefined };
  return {
    ...(group === ''
      ? { name: artifact, purl: { type: 'generic', name: artifact, qualifiers } }
      : {
          name: `${group}:${artifact}`,
          purl: { type: 'maven', namespace: group, name: artifact, qualifiers },
          ecosystem: 'Maven',
        }),
    version,
    presence,
    usage,
    metadata: { identifiedBy: by, ...(certainty && { certainty }) },
    within,
  };
}

/** A component of a bill of materials; what is not Maven's is listed, not assessed: its own files are what counts. */
export function componentSighting(
  { type, namespace, name, version }: Component,
  presence: Sighting['presence'],
  within?: string,
  identifiedBy = 'bill of materials',
  usage?: Usage,
): Sighting {
  if (type === 'maven' && namespace !== '')
    return sightingOf(
      { group: namespace, artifact: name, version, classifier: '', by: identifiedBy },
      presence,
      usage,
      within,
    );
  const purl = type === 'maven' ? { type: 'generic', name } : { type, namespace: namespace || undefined, name };
  return {
    name: namespace === '' ? name : `${namespace}/${name}`,
    version,
    purl,
    presence,
    usage,
    metadata: { identifiedBy },
    within,
  };
}
