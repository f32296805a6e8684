export function buildPortal(root: string): boolean
