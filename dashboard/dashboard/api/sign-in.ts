// Leaves for the hosted sign-in page, which leads back to where the person was.

export function goToSignIn(): void {
	location.assign(`/sign-in?redirect_uri=${encodeURIComponent(location.href)}`);
}
