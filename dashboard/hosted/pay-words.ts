// What the page of a payment says; its own, so that no other page loads it.
const en = {
	pay_title: "Pay {amount}",
	pay_for: "{item}, to {app}",
	pay_wait: "The payment page is being prepared. You will be led there in a moment.",
	pay_order: "Order {order}. Please pay by {day}.",
	pay_how: "How to pay:",
	pay_hand: "This page changes by itself once the payment was seen.",
	pay_to_provider: "Go to the payment page",
	pay_back: "Back to {host}",
	pay_missing_title: "There is no such payment",
	pay_missing: "Open the whole link that you were given, or ask whoever sent it for a new one.",
	pay_settlement_title: "Paid",
	pay_settlement: "Thank you. {amount} arrived.",
	pay_deny_title: "The payment was refused",
	pay_deny: "Nothing was charged. Go back and try another way to pay.",
	pay_cancel_title: "The payment was called off",
	pay_cancel: "Nothing is to be paid any more.",
	pay_expire_title: "This took too long",
	pay_expire: "The payment wasn't made in time. Go back and begin again.",
	pay_refund_title: "Paid back",
	pay_refund: "Money of this payment was given back.",
};

type Words = typeof en;

const es: Words = {
	pay_title: "Pagar {amount}",
	pay_for: "{item}, a {app}",
	pay_wait: "Se está preparando la página de pago. En un momento llegarás a ella.",
	pay_order: "Pedido {order}. Paga antes del {day}.",
	pay_how: "Cómo pagar:",
	pay_hand: "Esta página cambia por sí sola cuando se ve el pago.",
	pay_to_provider: "Ir a la página de pago",
	pay_back: "Volver a {host}",
	pay_missing_title: "No existe ese pago",
	pay_missing: "Abre el enlace completo que recibiste o pide uno nuevo a quien te lo envió.",
	pay_settlement_title: "Pagado",
	pay_settlement: "Gracias. Han llegado {amount}.",
	pay_deny_title: "El pago fue rechazado",
	pay_deny: "No se ha cobrado nada. Vuelve e inténtalo de otra forma.",
	pay_cancel_title: "El pago se canceló",
	pay_cancel: "Ya no hay nada que pagar.",
	pay_expire_title: "Ha tardado demasiado",
	pay_expire: "El pago no se hizo a tiempo. Vuelve y empieza de nuevo.",
	pay_refund_title: "Devuelto",
	pay_refund: "Se devolvió dinero de este pago.",
};

export function payWord(language: string, key: keyof Words, values: Record<string, string> = {}): string {
	return (language === "es" ? es : en)[key].replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");
}

export type PayKey = keyof Words;
