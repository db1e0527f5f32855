//go:build linux && production && !headless

package main

// The hardened web view of the Linux build, to be shipped.
//
// Wails v2.16.0 makes its one view by calling
// webkit_web_view_new_with_user_content_manager (internal/frontend/desktop/
// linux/window.c). This file defines that symbol in the executable, so the
// static linker binds Wails' call to it and the library's own is not used.
// There may be one definition in a binary; the automation for true-window
// tests is therefore in the same function, behind the define that
// webview_webdriver_linux.go sets.
//
// What it adds to stock Wails:
//   - the main frame and its frames can only load the program's own pages;
//     external addresses are refused, new windows too;
//   - requests whose body is a Blob, File, FormData or stream are refused, in every
//     frame and before any script of a page runs: in WebKitGTK they end the
//     process with SIGSEGV;
//   - a web process that died is started again (three times a minute at most,
//     then a plain page says what to do);
//   - camera, microphone, location, notifications of the page: denied.
//
// If a later Wails stops calling that constructor, the tests in
// frontend/e2e/window fail.

/*
#cgo pkg-config: gtk+-3.0
#cgo !webkit2_41 pkg-config: webkit2gtk-4.0
#cgo webkit2_41 pkg-config: webkit2gtk-4.1
#include <stdio.h>
#include <string.h>
#include <webkit2/webkit2.h>

static const char home[] = "wails://wails/";

static const char broken[] =
	"<!doctype html><html lang=\"ru\"><meta charset=\"utf-8\">"
	"<title>Акно</title><body style=\"font:16px sans-serif;margin:3em\">"
	"<h1>Окно не удаётся показать</h1>"
	"<p>Сохранённые черновики на месте. Закройте программу и откройте её снова.</p>"
	"<p lang=\"be\">Акно не ўдаецца паказаць. Захаваныя чарнавікі на месцы. Закрыйце праграму і адкрыйце яе зноў.</p>"
	"<p lang=\"en\">The window cannot be shown. Saved drafts are in place. Close the program and open it again.</p>";

static const char guard[] =
	"(() => {"
	"const tag = (x) => Object.prototype.toString.call(x);" // unlike instanceof, right for objects of other frames
	"const bad = (b) => !(b == null || typeof b === 'string' || ArrayBuffer.isView(b) || tag(b) === '[object ArrayBuffer]');"
	"const no = () => new TypeError('request body must be a string, ArrayBuffer or typed array');"
	"const sent = (i) => tag(i) === '[object Request]' && i.method !== 'GET' && i.method !== 'HEAD';"
	"const plain = window.fetch;"
	"window.fetch = (i, o) => sent(i) || bad(o && o.body) ? Promise.reject(no()) : plain.call(window, i, o);"
	"const send = XMLHttpRequest.prototype.send;"
	"XMLHttpRequest.prototype.send = function (b) { if (bad(b)) throw no(); send.call(this, b) };"
	"navigator.sendBeacon = () => false;"
	"})()";

static gboolean ours(const char *uri) {
	static const char *const allowed[] = {
		home, "blob:wails://wails/", "webkit-pdfjs-viewer:", NULL};
	for (int i = 0; allowed[i]; i++)
		if (g_str_has_prefix(uri, allowed[i])) return TRUE;
	return strcmp(uri, "about:blank") == 0;
}

static gboolean on_policy(WebKitWebView *v, WebKitPolicyDecision *d,
		WebKitPolicyDecisionType t, gpointer unused) {
	if (t == WEBKIT_POLICY_DECISION_TYPE_RESPONSE) return FALSE;
	WebKitNavigationAction *a = webkit_navigation_policy_decision_get_navigation_action(
		WEBKIT_NAVIGATION_POLICY_DECISION(d));
	const char *uri = webkit_uri_request_get_uri(webkit_navigation_action_get_request(a));
	if (t == WEBKIT_POLICY_DECISION_TYPE_NAVIGATION_ACTION && ours(uri)) return FALSE;
	fprintf(stderr, "akno: navigation refused\n"); // never the address: it may hold personal data
	webkit_policy_decision_ignore(d);
	return TRUE;
}

static void on_terminated(WebKitWebView *v, WebKitWebProcessTerminationReason why, gpointer unused) {
	static gint64 deaths[3]; // times of the last three, oldest first
	gint64 now = g_get_monotonic_time();
	gboolean often = deaths[0] != 0 && now - deaths[0] < 60 * G_USEC_PER_SEC;
	deaths[0] = deaths[1];
	deaths[1] = deaths[2];
	deaths[2] = now;
	fprintf(stderr, "akno: web process ended, reason %d\n", why);
	if (often) webkit_web_view_load_html(v, broken, "about:blank");
	else webkit_web_view_load_uri(v, home);
}

static gboolean on_permission(WebKitWebView *v, WebKitPermissionRequest *r, gpointer unused) {
	webkit_permission_request_deny(r);
	return TRUE;
}

#ifdef AKNO_WEBDRIVER
static WebKitWebView *controlled;

static WebKitWebView *on_create_view(WebKitAutomationSession *s, gpointer unused) {
	return controlled;
}

static void on_automation(WebKitWebContext *c, WebKitAutomationSession *s, gpointer unused) {
	WebKitApplicationInfo *i = webkit_application_info_new();
	webkit_application_info_set_name(i, "akno");
	webkit_automation_session_set_application_info(s, i);
	webkit_application_info_unref(i);
	g_signal_connect(s, "create-web-view", G_CALLBACK(on_create_view), NULL);
}
#endif

GtkWidget *webkit_web_view_new_with_user_content_manager(WebKitUserContentManager *m) {
	WebKitUserScript *first = webkit_user_script_new(guard, WEBKIT_USER_CONTENT_INJECT_ALL_FRAMES,
		WEBKIT_USER_SCRIPT_INJECT_AT_DOCUMENT_START, NULL, NULL);
	webkit_user_content_manager_add_script(m, first);
	webkit_user_script_unref(first);
#ifdef AKNO_WEBDRIVER
	WebKitWebContext *c = webkit_web_context_get_default();
	webkit_web_context_set_automation_allowed(c, TRUE);
	g_signal_connect(c, "automation-started", G_CALLBACK(on_automation), NULL);
	GObject *v = g_object_new(WEBKIT_TYPE_WEB_VIEW, "user-content-manager", m,
		"is-controlled-by-automation", TRUE, NULL);
	controlled = WEBKIT_WEB_VIEW(v);
#else
	GObject *v = g_object_new(WEBKIT_TYPE_WEB_VIEW, "user-content-manager", m, NULL);
#endif
	g_signal_connect(v, "decide-policy", G_CALLBACK(on_policy), NULL);
	g_signal_connect(v, "web-process-terminated", G_CALLBACK(on_terminated), NULL);
	g_signal_connect(v, "permission-request", G_CALLBACK(on_permission), NULL);
	return GTK_WIDGET(v);
}
*/
import "C"
