/**
 * What a key can be allowed to do. Kajabi names permissions to see things `view:<resource>`;
 * those to change things, `manage:<resource>`, are ours.
 */
export const permissions = [
  'view:sites',
  'manage:sites',
  'view:contacts',
  'manage:contacts',
  'view:customers',
  'view:offers',
  'manage:offers',
  'view:products',
  'manage:products',
  'view:emails',
  'manage:emails',
  'view:grants',
  'manage:grants',
  'view:automations',
  'manage:automations',
  'view:events',
  'view:hooks',
  'manage:hooks',
  // Choosing the ids of what is created.
  'manage:ids',
] as const

export type Permission = (typeof permissions)[number]

export const isPermission = (text: string): text is Permission =>
  (permissions as readonly string[]).includes(text)
