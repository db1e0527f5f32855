// Backups of drafts on the portal: messages in English.
import type { Translation } from '../lib/i18n.svelte.ts'
import type ru from './backup.ru.ts'

export default {
  title: 'Copies of drafts on the portal',
  lead: 'If the computer breaks, the drafts are not lost, and you can go on with them at another computer of yours.',
  entry: 'Copies on the portal',
  'entry.off': 'Drafts are kept on this computer only.',
  'entry.on': 'Encrypted copies of drafts are kept on the portal.',

  'honest.sealed':
    'Copies are encrypted on this computer with a code that only you know. The portal cannot read them.',
  'honest.seen': 'The portal sees how many drafts you have, how large they are and when they change.',
  'honest.files': 'Attached files are not copied: on another computer they have to be attached again.',
  'honest.lost':
    'A lost code cannot be restored by anybody. While one computer with the code works, you can make a new one there.',

  signin: 'Sign in to the portal to turn copies on.',
  off: 'Copies are off',
  'off.text': 'Nothing of your drafts is sent to the portal.',
  make: 'Turn copies on',
  'code.new': 'Your code',
  'code.write':
    'Write the code on paper and keep it away from the computer. You need it once on each other computer.',
  'code.last': 'The last six digits of the code',
  'code.last.hint': 'This checks that the code is written down.',
  'code.last.wrong': 'Not the same as in the code above',
  'code.confirm': 'The code is written down, turn on',
  'code.another': 'Another code',
  'code.field': 'Code, 48 digits',
  'code.field.hint':
    'It was written down when copies were turned on at the first computer. Spaces may be left out.',
  'code.checksum': 'There is a mistake in the code: compare the digits with the paper',
  'code.group': 'There is a mistake in group {n}: compare its digits with the paper',
  'code.length': 'The code has 48 digits, {n} were entered',
  'code.wrong': 'The code is spelt right, but the copies on the portal were made with another one',
  found: {
    one: 'The portal already has {n} copy from another computer',
    other: 'The portal already has {n} copies from another computer',
  },
  'found.text': 'To open the copies and to add yours, enter the same code.',
  enter: 'Open the copies',
  lost: 'The code is gone',
  'lost.title': 'Remove the copies from the portal?',
  'lost.text':
    'Copies cannot be read without the code. If a computer where they are on still works, make a new code there. If not, they can only be removed, to begin anew. Drafts on computers do not change.',
  'lost.do': 'Remove the copies and begin anew',
  'lost.done': 'The copies were removed from the portal',
  cancel: 'Keep them',

  on: 'Copies are on',
  'on.since': 'since {date}',
  'on.all': 'All drafts of this computer are copied',
  'on.waiting': { one: '{n} draft is not copied yet', other: '{n} drafts are not copied yet' },
  'on.silent': 'The portal does not answer. We copy when it does.',
  'on.signin': 'Sign in to the portal to go on copying.',
  retry: 'Copy now',
  renew: 'Make a new code',
  'renew.title': 'New code',
  'renew.text':
    'The copies of this computer are encrypted anew. On other computers the new code has to be entered again.',
  'renew.done': 'The code was replaced',
  disable: 'Turn off',
  'disable.title': 'Turn copies off?',
  'disable.text':
    'The copies of this computer are removed from the portal and the code is forgotten here. The drafts on the computer stay.',
  'disable.do': 'Turn off and remove the copies',
  'disable.keep': 'Leave on',
  'disable.done': 'Copies are off and removed from the portal',
  enabled: 'Copies are on',

  away: 'On the portal, but not on this computer',
  'away.none': 'All drafts of the portal are on this computer.',
  'away.saved': 'changed {moment}',
  'away.own': 'this computer took it already and could not store it',
  'away.bad': 'The copy is encrypted with another code, or damaged',
  'away.silent': 'The copy could not be fetched from the portal',
  'away.unread': 'A draft without a title',
  'away.offer': {
    one: 'The portal has {n} draft from another computer',
    other: 'The portal has {n} drafts from another computer',
  },
  'away.look': 'View',
  take: 'Take to this computer',
  'take.label': 'Take to this computer: {title}',
  taken: 'The draft is on this computer now',
  'taken.missing': 'The draft is here now. Attach again: {names}',
  'taken.fork':
    'The draft is worked on here again. What the other computer changed is beside it as a draft of its own.',
  'taken.conflict': 'Another computer took the draft at this moment. Look again.',

  'fact.backed': 'copy on the portal {time}',
  'fact.waiting': 'not copied',
  'fact.waiting.since': 'not copied, the portal has the copy of {time}',
  'fact.refused': 'not copied: the portal did not take it',
  'fact.refused.too_large': 'not copied: no room on the portal, or the draft is too large',
  'fact.refused.bad_file': 'not copied: this code does not open the copy on the portal',
  'fact.elsewhere': 'worked on at another computer',

  elsewhere: 'The draft is worked on at another computer',
  'elsewhere.text': 'You can read it here. To change answers, take the draft here or go on apart.',
  'elsewhere.fork':
    'There were changes here too, so nothing was merged: what the other computer wrote is beside it as a draft of its own.',
  'elsewhere.unsaved': 'What you were typing at this moment is not saved yet: “Go on apart” saves it too.',
  'elsewhere.apart': 'Go on apart',
  'elsewhere.apart.done': 'This is a new draft with the same answers',
  'elsewhere.compare': 'What differs',
  'elsewhere.open': 'Open the copy from the other computer',
  'elsewhere.answers': 'Answers on this computer',
  'elsewhere.none': 'No answer',

  'diff.title': 'How the drafts differ',
  'diff.question': 'Question',
  'diff.here': 'On this computer',
  'diff.there': 'On the other computer',
  'diff.same': 'The answers are the same.',
  'diff.close': 'Close',
} as const satisfies Translation<typeof ru>
