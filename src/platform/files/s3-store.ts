import type { Readable } from 'node:stream'
import type { S3Client } from '@aws-sdk/client-s3'
import type { FileStore } from './file-store.ts'

/** A store that speaks the API of S3. */
export interface S3Location {
  bucket: string
  /** In front of every key, without slashes around it; may be empty. */
  prefix: string
  region: string
  /** Null: that of AWS. */
  endpoint: string | null
  /** Null: found as the AWS SDK does, in the environment or by the role of the machine. */
  credentials: { accessKeyId: string; secretAccessKey: string } | null
}

/** Seconds that an address of the store works; a player asks again for each part. */
const ADDRESS_SECONDS = 6 * 3_600

/**
 * Keeps files in an S3-compatible store. The SDK is loaded with the first file: it takes longer than everything else
 * at the start of the server.
 */
export function s3Store({ bucket, prefix, region, endpoint, credentials }: S3Location): FileStore {
  const nameOf = (key: string) => ({ Bucket: bucket, Key: prefix ? `${prefix}/${key}` : key })
  let loading: Promise<{ sdk: typeof import('@aws-sdk/client-s3'); client: S3Client }> | undefined
  const load = () =>
    (loading ??= import('@aws-sdk/client-s3').then((sdk) => ({
      sdk,
      client: new sdk.S3Client({
        region,
        ...(credentials && { credentials }),
        // Buckets of other servers seldom have hosts of their own.
        ...(endpoint && { endpoint, forcePathStyle: true }),
        // Not every server knows the checksums that AWS takes.
        requestChecksumCalculation: 'WHEN_REQUIRED',
        responseChecksumValidation: 'WHEN_REQUIRED',
      }),
    })))
  return {
    pathOf: null,
    async put(key, content) {
      const { Upload } = await import('@aws-sdk/lib-storage')
      const { client } = await load()
      // Parts that were sent are removed when the rest fails.
      await new Upload({ client, params: { ...nameOf(key), Body: content } }).done()
    },
    async sizeOf(key) {
      const { sdk, client } = await load()
      try {
        const { ContentLength = 0 } = await client.send(new sdk.HeadObjectCommand(nameOf(key)))
        return ContentLength
      } catch (error) {
        if (isMissing(error)) return null
        throw error
      }
    },
    async read(key) {
      const { sdk, client } = await load()
      const { Body } = await client.send(new sdk.GetObjectCommand(nameOf(key)))
      return Body as Readable
    },
    async remove(key) {
      const { sdk, client } = await load()
      await client.send(new sdk.DeleteObjectCommand(nameOf(key)))
    },
    async addressOf(key, { contentType, disposition }) {
      const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner')
      const { sdk, client } = await load()
      const command = new sdk.GetObjectCommand({
        ...nameOf(key),
        ResponseContentType: contentType,
        ResponseContentDisposition: disposition,
      })
      return getSignedUrl(client, command, { expiresIn: ADDRESS_SECONDS })
    },
  }
}

const isMissing = (error: unknown) =>
  (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 404

/**
 * Reads an address such as `s3://bucket/prefix?region=eu-central-1`, or with another server's
 * `s3://key:secret@bucket/prefix?endpoint=https://s3.example.com`.
 *
 * @throws Error whose message completes the name of a setting
 */
export function parseS3Address(address: URL): S3Location {
  const { hostname: bucket, pathname, searchParams, username, password } = address
  const endpoint = searchParams.get('endpoint')
  if (bucket === '' || (endpoint !== null && !/^https?:\/\/[^/]+\/?$/.test(endpoint)))
    throw new Error('must be an address like s3://bucket?region=eu-central-1')
  return {
    bucket,
    prefix: decodeURIComponent(pathname).replace(/^\/+|\/+$/g, ''),
    region: searchParams.get('region') ?? 'us-east-1',
    endpoint,
    credentials: username
      ? { accessKeyId: decodeURIComponent(username), secretAccessKey: decodeURIComponent(password) }
      : null,
  }
}
