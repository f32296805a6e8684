import type { EmailWords } from './words.ts'

export const es: EmailWords = {
  greeting: 'Hola{% if recipient.first_name != blank %}, {{ recipient.first_name }}{% endif %}:',
  linkValidity: `{% if link.expires_in_days %}El enlace funciona una sola vez y es válido durante {{ link.expires_in_days }} día
{%- if link.expires_in_days != 1 %}s{% endif %}.{% endif %}`,
  accessUntil: 'Acceso hasta el {{ offer.access_until | until }}',
  welcome: {
    subject: 'Te damos la bienvenida a {{ site.title }}',
    preheader: 'Elige una contraseña para abrir tu cuenta.',
    ready: 'Tu cuenta está lista.',
    offers: 'Ya tienes acceso a:',
    choose: 'Elige una contraseña para iniciar sesión.',
    button: 'Elegir contraseña',
    reason: 'Recibes este correo porque se dio acceso a {{ recipient.email }} en',
  },
  gift: {
    subject:
      '{% if gift.from_name != blank %}{{ gift.from_name }} tiene un regalo para ti{% else %}Has recibido un regalo{% endif %}',
    preheader: 'Ábrelo en {{ site.title }}.',
    heading:
      '{% if gift.from_name != blank %}Un regalo de {{ gift.from_name }}{% else %}Has recibido un regalo{% endif %}',
    given:
      '{% if gift.from_name != blank %}{{ gift.from_name }} te ha enviado un regalo en {{ site.title }}.{% else %}Has recibido un regalo en {{ site.title }}.{% endif %}',
    offers: 'Tu regalo incluye:',
    button: 'Abrir tu regalo',
    reason: 'Recibes este correo porque se envió un regalo a {{ recipient.email }} en',
  },
  offerGrant: {
    subject:
      '{% if offers.size == 1 %}Ya tienes acceso a {{ offers[0].title }}{% else %}Tienes nuevos accesos en {{ site.title }}{% endif %}',
    preheader: 'Inicia sesión en {{ site.title }} para abrirlo.',
    heading: 'Tienes nuevos accesos',
    named: 'Se ha añadido a tu cuenta en {{ site.title }}:',
    unnamed: 'Se ha añadido algo nuevo a tu cuenta en {{ site.title }}.',
    signIn: 'Inicia sesión como {{ recipient.email }} para abrirlo.',
    button: 'Iniciar sesión',
  },
  accessEnding: {
    subject:
      '{% if offers.size == 1 %}Tu acceso a {{ offers[0].title }} termina pronto{% else %}Tu acceso en {{ site.title }} termina pronto{% endif %}',
    preheader:
      '{% if offers.size == 1 and offers[0].access_until %}Tienes acceso hasta el {{ offers[0].access_until | until }}.{% else %}Inicia sesión en {{ site.title }} mientras tengas acceso.{% endif %}',
    heading: 'Tu acceso termina pronto',
    named: 'Va a terminar tu acceso a lo siguiente en {{ site.title }}:',
    unnamed: 'Va a terminar parte de tu acceso en {{ site.title }}.',
    signIn: 'Hasta entonces, inicia sesión como {{ recipient.email }} para usarlo.',
    button: 'Iniciar sesión',
  },
  paymentFailed: {
    subject:
      '{% if offers.size == 1 %}No se ha podido cobrar {{ offers[0].title }}{% else %}No se ha podido cobrar tu pago en {{ site.title }}{% endif %}',
    preheader: 'Revisa tu forma de pago.',
    heading: 'No se ha podido cobrar tu pago',
    named: 'No se ha podido cobrar el pago de esto en {{ site.title }}:',
    unnamed: 'No se ha podido cobrar un pago en {{ site.title }}.',
    signIn:
      'Inicia sesión como {{ recipient.email }} para actualizar tu forma de pago. Si el pago no se realiza, no tendrás acceso.',
    button: 'Iniciar sesión',
  },
  trialEnding: {
    subject:
      '{% if offers.size == 1 %}Tu prueba de {{ offers[0].title }} termina pronto{% else %}Tu prueba en {{ site.title }} termina pronto{% endif %}',
    preheader: 'Después empieza una suscripción de pago, salvo que la canceles.',
    heading: 'Tu prueba termina pronto',
    named:
      'Tu prueba de esto en {{ site.title }} termina en menos de tres días y empieza una suscripción de pago:',
    unnamed:
      'Una prueba en {{ site.title }} termina en menos de tres días y empieza una suscripción de pago.',
    signIn: 'Para cancelarla antes, inicia sesión como {{ recipient.email }}.',
    button: 'Iniciar sesión',
  },
  signIn: {
    subject: 'Tu enlace para iniciar sesión en {{ site.title }}',
    preheader: 'Úsalo para iniciar sesión sin contraseña.',
    heading: 'Inicia sesión en {{ site.title }}',
    sentence: 'Usa este enlace para iniciar sesión. No necesitas contraseña.',
    button: 'Iniciar sesión',
    ignore: 'Si no lo has pedido, puedes ignorar este correo.',
  },
  password: {
    subject: 'Elige una contraseña nueva para {{ site.title }}',
    preheader: 'Tu contraseña actual funciona hasta que elijas otra.',
    heading: 'Elige una contraseña nueva',
    sentence: 'Usa este enlace para elegir una contraseña nueva.',
    button: 'Elegir contraseña nueva',
    ignore: 'Si no lo has pedido, puedes ignorar este correo: tu contraseña no cambia.',
  },
  emailChange: {
    subject: 'Confirma tu nueva dirección de correo para {{ site.title }}',
    preheader: 'Hasta entonces se sigue usando tu dirección actual.',
    heading: 'Confirma tu nueva dirección de correo',
    sentence: 'Confirma que quieres usar {{ recipient.email }} para iniciar sesión en {{ site.title }}.',
    button: 'Confirmar esta dirección',
    ignore: 'Si no lo has pedido, puedes ignorar este correo: no cambiará nada.',
  },
  formConfirmation: {
    subject: 'Confirma tu dirección de correo para {{ site.title }}',
    preheader: 'Solo falta un paso: confirma que esta dirección es tuya.',
    heading: 'Confirma tu dirección de correo',
    sentence:
      'Has rellenado un formulario en {{ site.title }}. Confirma que {{ recipient.email }} es tu dirección para completarlo.',
    button: 'Confirmar esta dirección',
    ignore: 'Si no has sido tú, puedes ignorar este correo: no pasará nada.',
  },
  userInvitation: {
    subject: 'Te invitan al equipo de {{ site.title }}',
    preheader: 'Acepta la invitación y elige una contraseña.',
    heading: 'Únete al equipo de {{ site.title }}',
    sentence:
      'Te invitan al equipo de {{ site.title }}. Usa este enlace para aceptar y elegir una contraseña.',
    button: 'Aceptar la invitación',
    ignore: 'Si no conoces {{ site.title }}, puedes ignorar este correo: no pasará nada.',
  },
  userPassword: {
    subject: 'Elige una contraseña nueva para el portal de {{ site.title }}',
    preheader: 'Tu contraseña actual funciona hasta que elijas otra.',
    heading: 'Elige una contraseña nueva',
    sentence: 'Usa este enlace para elegir una contraseña nueva para el portal de {{ site.title }}.',
    button: 'Elegir contraseña nueva',
    ignore: 'Si no lo has pedido, puedes ignorar este correo: tu contraseña no cambia.',
  },
  passwordChanged: {
    subject: 'Se ha cambiado tu contraseña de {{ site.title }}',
    preheader: 'Si no has sido tú, elige ahora una contraseña nueva.',
    heading: 'Se ha cambiado tu contraseña',
    changed:
      'Se ha cambiado la contraseña de tu cuenta en {{ site.title }} y se ha cerrado la sesión en los demás dispositivos.',
    alarm: 'Si has sido tú, no tienes que hacer nada. Si no, elige ahora una contraseña nueva.',
    button: 'Elegir contraseña nueva',
  },
  emailChanged: {
    subject: 'Se ha cambiado tu dirección de correo de {{ site.title }}',
    preheader: 'A partir de ahora, inicia sesión como {{ recipient.email }}.',
    heading: 'Se ha cambiado tu dirección de correo',
    changed:
      'A partir de ahora, inicia sesión en {{ site.title }} como {{ recipient.email }}. También recibirás los correos en esta dirección.',
    alarm: 'Si no esperabas este cambio, ponte en contacto con {{ site.title }}.',
    button: 'Iniciar sesión',
  },
  emailRemoved: {
    subject: 'Se ha cambiado tu dirección de correo de {{ site.title }}',
    preheader: 'Si no has sido tú, ponte en contacto con {{ site.title }} ahora.',
    heading: 'Se ha cambiado tu dirección de correo',
    changed:
      'Tu cuenta en {{ site.title }} tiene ahora otra dirección de correo. Ya no puedes iniciar sesión como {{ recipient.email }}.',
    alarm: 'Si has sido tú, no tienes que hacer nada. Si no, ponte en contacto con {{ site.title }} ahora.',
    button: '',
  },
  requested: 'Recibes este correo porque alguien lo ha pedido en',
  hasAccount: 'Recibes este correo porque {{ recipient.email }} tiene una cuenta en',
  hadAccount: 'Recibes este correo porque {{ recipient.email }} era la dirección de una cuenta en',
  isContact: 'Recibes este correo porque {{ recipient.email }} es un contacto de',
}
