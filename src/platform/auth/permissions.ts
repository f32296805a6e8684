/**
 * What a key can be allowed to do. Kajabi names permissions to see things `view:<resource>`;
 * those to change things, `manage:<resource>`, are ours.
 */
export const permissions = [
  'view:sites',
  'view:contacts',
  'manage:contacts',
  'view:customers',
  'view:offers',
  'view:products',
  'view:emails',
  'manage:emails',
  'view:grants',
  'manage:grants',
  'view:automations',
  'manage:automations',
  'view:hooks',
  'manage:hooks',
] as const

export type Permission = (typeof permissions)[number]

export const isPermission = (text: string): text is Permission =>
  (permissions as readonly string[]).includes(text)
