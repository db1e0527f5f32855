// The rules of a key's password while it is typed. Go applies the same ones
// (keyring.WeakPassword) and has the last word.

/** A rule, by the code with which Go refuses a password that breaks it. */
export interface Rule {
  code: 'too_short' | 'own_data' | 'repeats'
  kept: boolean
}

const shortest = 12
const different = 5

/** The rules for a password; own is what it must not contain: the name and the number of the holder. */
export function rulesOf(password: string, own: readonly string[]): Rule[] {
  const text = password.normalize('NFC')
  const lower = text.toLowerCase()
  const letters = new Set([...lower].filter((c) => c.trim() !== ''))
  const holds = own.some((one) => [...one].length >= 3 && lower.includes(one.toLowerCase()))
  return [
    { code: 'too_short', kept: [...text].length >= shortest },
    { code: 'own_data', kept: text !== '' && !holds },
    { code: 'repeats', kept: letters.size >= different },
  ]
}

/** Words of a passphrase: each is a draw of its own from the list, by the generator of the engine. */
export function passphrase(list: readonly string[], count = 6): string {
  const words: string[] = []
  // A remainder would prefer the first words: what lies above the last whole multiple is drawn again.
  const limit = Math.floor(0x1_0000_0000 / list.length) * list.length
  while (words.length < count) {
    const [draw = 0] = crypto.getRandomValues(new Uint32Array(1))
    if (draw < limit) words.push(list[draw % list.length] ?? '')
  }
  return words.join(' ')
}
