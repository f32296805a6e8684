/** A first request in several languages: a token, then the contacts. */

export type Snippet = 'curl' | 'javascript' | 'python' | 'php'

export const LANGUAGES: { value: Snippet; label: string }[] = [
  { value: 'curl', label: 'curl' },
  { value: 'javascript', label: 'JavaScript' },
  { value: 'python', label: 'Python' },
  { value: 'php', label: 'PHP' },
]

export const snippets: Record<Snippet, (origin: string) => string> = {
  curl: (origin) => `TOKEN=$(curl -s ${origin}/v1/oauth/token \\
  -d grant_type=client_credentials \\
  -d client_id=$CLIENT_ID -d client_secret=$CLIENT_SECRET \\
  | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')

curl ${origin}/v1/contacts -H "Authorization: Bearer $TOKEN"`,

  javascript: (origin) => `const { access_token } = await fetch('${origin}/v1/oauth/token', {
  method: 'POST',
  body: new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: process.env.CLIENT_ID,
    client_secret: process.env.CLIENT_SECRET,
  }),
}).then((response) => response.json())

const contacts = await fetch('${origin}/v1/contacts', {
  headers: { Authorization: \`Bearer \${access_token}\` },
}).then((response) => response.json())
console.log(contacts.data)`,

  python: (origin) => `import os
import requests

token = requests.post("${origin}/v1/oauth/token", data={
    "grant_type": "client_credentials",
    "client_id": os.environ["CLIENT_ID"],
    "client_secret": os.environ["CLIENT_SECRET"],
}).json()["access_token"]

contacts = requests.get("${origin}/v1/contacts", headers={"Authorization": f"Bearer {token}"})
print(contacts.json()["data"])`,

  php: (origin) => `<?php
$form = http_build_query([
    'grant_type' => 'client_credentials',
    'client_id' => getenv('CLIENT_ID'),
    'client_secret' => getenv('CLIENT_SECRET'),
]);
$post = stream_context_create(['http' => [
    'method' => 'POST',
    'header' => 'Content-Type: application/x-www-form-urlencoded',
    'content' => $form,
]]);
$token = json_decode(file_get_contents('${origin}/v1/oauth/token', false, $post))->access_token;

$get = stream_context_create(['http' => ['header' => "Authorization: Bearer $token"]]);
print_r(json_decode(file_get_contents('${origin}/v1/contacts', false, $get))->data);`,
}
