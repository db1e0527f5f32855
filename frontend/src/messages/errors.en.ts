import type { Translation } from '../lib/i18n.svelte.ts'
import type ru from './errors.ru.ts'

export default {
  code: 'Code: {code}',
  copy: 'Copy for support',
  copied: 'Code copied',
  steps: 'What to do',

  'internal.title': 'The program could not do it',
  'internal.why':
    'Something went wrong inside. Your answers and files are safe; details are in the log on this computer.',
  'internal.do':
    'Try once more.\nIf that does not help, close the program and open it again.\nGive the code to support: it finds the record in the log.',
  'timeout.title': 'No answer yet',
  'timeout.why': 'This is taking longer than usual and may still be going on.',
  'timeout.do': 'Wait a minute and see whether anything has changed.\nTry again: it will not be done twice.',
  'invalid.title': 'Some answers need a correction',
  'invalid.why': 'Some fields did not pass the check, they are marked.',
  'invalid.do': 'Correct the marked fields and try again.',
  'not_found.title': 'There is no such record',
  'not_found.why': 'It was deleted, or it belongs to another cabinet.',
  'not_found.do': 'Go back to the list and choose another.\nRefresh the data on the page “Exchange”.',
  'conflict.title': 'The record was changed already',
  'conflict.why': 'Somebody did it first, the portal holds a newer one.',
  'conflict.do': 'Open the record again and compare.\nRepeat your change if it is still needed.',
  'forbidden.title': 'You have no right to do this',
  'forbidden.why': 'It is for a member of staff with another post, or for the owner of the record.',
  'forbidden.do':
    'Check under which name you are signed in.\nTurn to whoever is responsible for this record.',
  'low_level.title': 'A higher level of access is needed',
  'low_level.why': 'The way you signed in is not enough for this.',
  'low_level.do':
    'Sign in by a stronger means: with the identifier or with a signature.\nThe draft and the answers will stay.',
  'signed_out.title': 'You are signed out',
  'signed_out.why': 'The session ran out of time or was ended. Your answers are saved.',
  'signed_out.do': 'Sign in again: the program will bring you back here.',
  'bad_login.title': 'Signing in did not work',
  'bad_login.why': 'The login and the password do not match.',
  'bad_login.do':
    'Check the keyboard layout and Caps Lock.\nLook at the password with the eye button.\nIf you forgot it, reset it by e-mail or at a One Window office.',
  'slow_down.title': 'Too many attempts',
  'slow_down.why': 'So that nobody guesses passwords, the portal asks for a break.',
  'slow_down.do': 'Wait a few minutes.\nTry once, having checked what you typed.',
  'unavailable.title': 'The portal does not answer',
  'unavailable.why': 'There is no connection, or the portal is busy. All you did is saved on this computer.',
  'unavailable.do':
    'Go on working: the queue leaves by itself when the connection is back.\nCheck the connection and the portal address in settings.',
  'too_large.title': 'Too large',
  'too_large.why': 'The file or the package is larger than is accepted here.',
  'too_large.do':
    'Choose a smaller file: a picture can be reduced, a document split.\nThe limit is written beside the place for files.',
  'wrong_state.title': 'This cannot be done now',
  'wrong_state.why': 'The state of the application does not allow it: it may have changed.',
  'wrong_state.do': 'Look at the course of the application: it shows what is possible now.',
  'old_form.title': 'The application form has changed',
  'old_form.why': 'The portal no longer accepts the earlier edition of the form.',
  'old_form.do':
    'Open the draft: it moves to the new form and keeps the answers.\nCheck the new questions and send again.',
  'needs_paying.title': 'The order is not paid yet',
  'needs_paying.why': 'The body receives the application after payment.',
  'needs_paying.do':
    'Pay the order by its code.\nIf you have paid, attach the receipt or enter the number of the operation.',
  'used_code.title': 'This code was used already',
  'used_code.why': 'A code and a link work once.',
  'used_code.do': 'If the cabinet is open already, just sign in.\nOtherwise ask for a new code.',
  'expired_code.title': 'The code has expired',
  'expired_code.why': 'A code or a link works for a short time, so that no stranger can use it.',
  'expired_code.do': 'Ask for a new code.\nEnter it as soon as it comes.',
  'registered.title': 'There is such a cabinet already',
  'registered.why': 'Somebody registered with these data.',
  'registered.do': 'Sign in to the existing cabinet.\nIf you forgot the password, reset it.',
  'unbound.title': 'The certificate is not bound to a cabinet',
  'unbound.why': 'The portal does not know yet whose certificate this is.',
  'unbound.do':
    'Register with this signature.\nOr sign in by another means and bind the certificate in “Keys and certificates”.',
  'bad_password.title': 'The key did not open',
  'bad_password.why': 'The password is wrong, or the key file is damaged: the two cannot be told apart.',
  'bad_password.do':
    'Check the layout and Caps Lock.\nLook at the password with the eye button.\nTake the backup copy of the key.',
  'bad_key_file.title': 'This is not a key file',
  'bad_key_file.why': 'The file does not look like a private key container, or it is cut off.',
  'bad_key_file.do': 'Choose another file.\nTake the backup copy of the key.',
  'foreign_container.title': 'A container of another program',
  'foreign_container.why': 'The format of this file is closed, it cannot be read here.',
  'foreign_container.do':
    'Export the key to PKCS#12 where it was made.\nOr get a new key in “Keys and certificates”.',
  'key_mismatch.title': 'The certificate belongs to another key',
  'key_mismatch.why': 'The public key in the certificate is not that of your private key.',
  'key_mismatch.do':
    'Choose the certificate that was issued for a request with this key.\nCompare the fingerprints in the details of the key.',
  'bad_signature.title': 'The signature is not valid',
  'bad_signature.why': 'The data changed after signing, or something else was signed.',
  'bad_signature.do':
    'Do not use this document.\nGet it again.\nIf it is your application, sign it once more.',
  'wrong_signer.title': 'This is the certificate of another person',
  'wrong_signer.why': 'Only the person whose cabinet this is can sign the application.',
  'wrong_signer.do': 'Choose another certificate.\nOr sign in with this certificate.',
  'cert_expired.title': 'The certificate has ended',
  'cert_expired.why': 'Its time is over, it cannot make a new signature.',
  'cert_expired.do': 'Choose another certificate.\nRenew this one in “Keys and certificates”.',
  'cert_not_yet.title': 'The certificate is not valid yet',
  'cert_not_yet.why': 'Its time has not begun, or the computer clock is slow.',
  'cert_not_yet.do':
    'Check the date and time of the computer.\nWait for the beginning or choose another certificate.',
  'cert_revoked.title': 'The certificate is revoked',
  'cert_revoked.why': 'The issuer put it on the list of revoked ones (CRL).',
  'cert_revoked.do': 'Choose another certificate.\nGet a new one at a registration centre.',
  'cert_suspended.title': 'The certificate is suspended',
  'cert_suspended.why': 'The issuer has put it on hold.',
  'cert_suspended.do': 'Turn to the registration centre.\nOr choose another certificate.',
  'cert_untrusted.title': 'The certificate cannot be trusted',
  'cert_untrusted.why': 'There is no path from it to the root certification authority.',
  'cert_untrusted.do':
    'Install the issuer’s certificates on the page “Trust”.\nCheck that the right certificate is chosen.',
  'cert_usage.title': 'The certificate is not for this',
  'cert_usage.why': 'It was issued for another purpose, for example for encryption.',
  'cert_usage.do': 'Choose a certificate that is meant for signing.',
  'no_revocation.title': 'Revocation was not checked',
  'no_revocation.why':
    'The list of revoked certificates (CRL) is old or absent, and the issuer cannot be reached.',
  'no_revocation.do':
    'Wait for a connection and refresh the list.\nYou may sign now: the portal checks on arrival.',
  'captive_portal.title': 'The network asks for a sign-in on the provider’s page',
  'captive_portal.why': 'Requests to the portal are answered by a page of this network. Nothing was sent.',
  'captive_portal.do':
    'Open a browser, sign in to the network and come back.\nThe queue goes by itself as soon as the portal answers.',
  'tls_foreign.title': 'Somebody else answers in the portal’s place',
  'tls_foreign.why':
    'The certificate presented is not one that this computer trusts: networks that inspect traffic and sign-in pages do so. Nothing was sent.',
  'tls_foreign.do':
    'Use another network, or ask whoever runs this one.\nType no passwords into pages that it shows instead of the portal.',
  'tls_time.title': 'The portal’s certificate does not fit the time',
  'tls_time.why':
    'By this computer’s clock its time has not begun or is over. Most often the clock is wrong.',
  'tls_time.do':
    'Check the date and time of the computer.\nIf they are right, wait: the portal renews its certificate.',
  'proxy_auth.title': 'The proxy asks for a name and a password',
  'proxy_auth.why': 'They are not set, or they did not fit. Nothing was sent.',
  'proxy_auth.do':
    'Set the name and password of the proxy in “Settings”.\nWhoever runs the network knows them.',
  'proxy_down.title': 'The proxy does not lead to the portal',
  'proxy_down.why': 'It does not answer, or refused to connect to the portal. Nothing was sent.',
  'proxy_down.do':
    'Check the address and port of the proxy in “Settings”.\nAsk whether the portal is open there.',
  'bad_file.title': 'The file cannot be read',
  'bad_file.why': 'It is damaged, or its content is not what its name promises.',
  'bad_file.do': 'Open the file yourself and check it.\nSave it again or choose another.',
  'encrypted_file.title': 'The file is locked by a password',
  'encrypted_file.why': 'The body could not open it.',
  'encrypted_file.do': 'Save the file without a password.\nAttach it again.',
  'bad_profile.title': 'The file of the profile is damaged',
  'bad_profile.why': 'It is damaged, and there is no copy to go on with. The program changes nothing in it.',
  'bad_profile.do':
    'Do not delete the folder of the profile.\nIf you have a copy of the folder of your own, put all of it back and open the program again.\nIf there is no copy, ask support and give the code.',
  'old_profile.title': 'The file of the profile is older than it was',
  'old_profile.why':
    'A part of the file is from the past: that happens when it was restored from an old copy, or replaced. There is no copy to go on with. The program changes nothing in it.',
  'old_profile.do':
    'If you have a copy of the folder of the profile of your own, put all of it back and open the program again.\nIf there is no copy, open what there is and look at your last changes.',
  'bad_file_type.title': 'Such files are not accepted here',
  'bad_file_type.why': 'The type of the file is not on the list for this place.',
  'bad_file_type.do': 'Save a document as PDF, a picture as JPG or PNG.\nAttach it again.',
  'disk_full.title': 'Could not save',
  'disk_full.why': 'There is no space on the disk. What you typed stays on the screen.',
  'disk_full.do': 'Free at least 20 MB on the disk.\nSave again.',
  'read_only.title': 'Could not save',
  'read_only.why': 'This disk or this file cannot be written to. What you typed stays on the screen.',
  'read_only.do':
    'Take the write protection off the disk, or check the rights to the folder of the program.\nSave again.',
  'locked.title': 'The profile is locked',
  'locked.why': 'The data of the profile are encrypted until it is opened by its password.',
  'locked.do': 'Open the profile by its password.',
} satisfies Translation<typeof ru>
