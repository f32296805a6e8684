/** Whether an address is that of a file of the demo: it is stored without the address of the server, which can change. */
export const isDemoFile = (address: string): boolean => /^\/demo\/[\w-]+\.svg$/.test(address)

/** The address of a picture for who is elsewhere. */
export const absoluteAddress = (address: string | null, baseUrl: string): string | null =>
  address !== null && isDemoFile(address) ? baseUrl + address : address
