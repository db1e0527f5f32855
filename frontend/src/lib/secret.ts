// Passwords on their way out of a field. A JavaScript string cannot be wiped;
// what can be done is done: the field is read once, emptied in the same turn,
// and its bytes are wiped after they were sent.

/** The bytes of a password field, in the one normal form that keys and accounts use; the field is emptied. */
export function take(field: HTMLInputElement): Uint8Array {
  const bytes = new TextEncoder().encode(field.value.normalize('NFC'))
  field.value = ''
  field.dispatchEvent(new Event('input', { bubbles: true }))
  return bytes
}

/** Writes an offered passphrase into the field of a new password and into that of its repetition. */
export function offer(phrase: string, ...fields: (HTMLInputElement | undefined)[]): void {
  for (const field of fields) {
    if (!field) continue
    field.value = phrase
    field.dispatchEvent(new Event('input', { bubbles: true }))
  }
}

/** The layout that a typed letter tells: RU, BY or EN; "" for digits and signs. */
export function layoutOf(letter: string): 'RU' | 'BY' | 'EN' | '' {
  if (/^[іў’]$/i.test(letter)) return 'BY'
  if (/^[а-яё]$/i.test(letter)) return 'RU'
  return /^[a-z]$/i.test(letter) ? 'EN' : ''
}
