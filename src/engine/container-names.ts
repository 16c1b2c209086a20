/** Names by which nerdctl and Kubernetes call a container: of a pod's `container`, `pod/container`, `namespace/pod/container`. */
export function containerNames(labels: Readonly<Record<string, string>>): readonly string[] {
  const nerdctl = labels['nerdctl/name'];
  const container = labels['io.kubernetes.container.name'];
  const pod = labels['io.kubernetes.pod.name'];
  const namespace = labels['io.kubernetes.pod.namespace'];
  const names = nerdctl === undefined ? [] : [nerdctl];
  if (container === undefined) return names;
  if (pod === undefined) return [...names, container];
  return [...names, container, `${pod}/${container}`, `${namespace ?? 'default'}/${pod}/${container}`];
}
