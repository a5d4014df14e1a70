/** Passwords of databases are for opening them alone: nothing that is shown, told or stored has one. */

const scheme = String.raw`\bpostgres(?:ql)?:\/\/`;
/** To the last @ before the host ends: a password may hold an @ that nobody has escaped. */
const inFront = new RegExp(String.raw`(${scheme})([^\s"'/?#:@]*)(?::[^\s"'/?#]*)?@`, 'gi');
/** No URL at all, as a password with a slash in it makes it: whatever stands before an @ goes. */
const unescaped = new RegExp(String.raw`(${scheme}[^\s"'/?#:@]*):[^\s"'@]*@`, 'gi');
const asParameter = /([?&])(?:password|sslpassword)=[^&\s"'#]*(&?)/gi;

/** The text with all URLs of PostgreSQL in it as they are without passwords; other text stays as it is. */
export function withoutPasswords(text: string): string {
  if (!/postgres/i.test(text)) return text;
  return text
    .replace(inFront, (_, start: string, user: string) => `${start}${user}${user ? '@' : ''}`)
    .replace(unescaped, (_, start: string) => `${start}@`)
    .replace(asParameter, (_, before: string, after: string) => (after ? before : ''));
}
