/*
 * Measures bee2, the reference library of the national standards, by its public functions and as
 * `aknoctl speed` measures this program: the same work under the same names, the processor time of the
 * thread, every task once in every round, medians. build/speed.sh compiles and runs it; no part of the
 * program is linked with it.
 *
 *	bench [ROUNDS [PREFIX]]	prints {"results":[{"name":"belt-hash","ns":123.4},...]}, for the tasks whose
 *				names begin with PREFIX
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <bee2/core/err.h>
#include <bee2/crypto/bash.h>
#include <bee2/crypto/belt.h>
#include <bee2/crypto/bign128.h>
#include <bee2/crypto/bign192.h>
#include <bee2/crypto/bign256.h>
#include <bee2/crypto/brng.h>

#define TEXT 16384		/* octets that the fast primitives work on at once */
#define BATCH 40e6		/* nanoseconds of one measurement, at least */
#define MAX_ROUNDS 1000

static octet text[TEXT], key[32], iv[16], out[64];
static void* state;		/* as long as the longest of those used below */
static void* rng;

/* The functions of one level, with a key pair, a signature and a key token. They keep the tables of
   the base point between calls, which those of bign.h do not: the faster way is the one to compare with. */
typedef struct {
	size_t size;
	err_t (*keypair)(octet*, octet*, gen_i, void*);
	err_t (*sign)(octet*, const octet*, const octet*, gen_i, void*);
	err_t (*sign2)(octet*, const octet*, const octet*, const void*, size_t);
	err_t (*verify)(const octet*, const octet*, const octet*);
	err_t (*wrap)(octet*, const octet*, size_t, const octet*, const octet*, gen_i, void*);
	err_t (*unwrap)(octet*, const octet*, size_t, const octet*, const octet*);
	octet priv[64], pub[128], hash[64], sig[96], token[64 + 16 + 32], content[32];
} pair;

#define LEVEL(size, l) {size, bign##l##KeypairGen, bign##l##Sign, bign##l##Sign2, bign##l##Verify, \
	bign##l##KeyWrap, bign##l##KeyUnwrap, {0}, {0}, {0}, {0}, {0}, {0}}

static pair pairs[3] = {LEVEL(32, 128), LEVEL(48, 192), LEVEL(64, 256)};

static void check(err_t e, const char* what)
{
	if (e != ERR_OK)
	{
		fprintf(stderr, "bench: %s: error %u\n", what, (unsigned)e);
		exit(1);
	}
}

static void belt_hash(void* arg)
{
	(void)arg;
	beltHashStart(state);
	beltHashStepH(text, TEXT, state);
	beltHashStepG(out, state);
}

static void belt_hash_32(void* arg)
{
	(void)arg;
	beltHashStart(state);
	beltHashStepH(text, 32, state);
	beltHashStepG(out, state);
}

static void belt_ecb(void* arg)
{
	(void)arg;
	beltECBStart(state, key, 32);
	beltECBStepE(text, TEXT, state);
}

static void belt_cbc_encrypt(void* arg)
{
	(void)arg;
	beltCBCStart(state, key, 32, iv);
	beltCBCStepE(text, TEXT, state);
}

static void belt_cbc_decrypt(void* arg)
{
	(void)arg;
	beltCBCStart(state, key, 32, iv);
	beltCBCStepD(text, TEXT, state);
}

static void belt_cfb(void* arg)
{
	(void)arg;
	beltCFBStart(state, key, 32, iv);
	beltCFBStepE(text, TEXT, state);
}

static void belt_ctr(void* arg)
{
	(void)arg;
	beltCTRStart(state, key, 32, iv);
	beltCTRStepE(text, TEXT, state);
}

static void belt_mac(void* arg)
{
	(void)arg;
	beltMACStart(state, key, 32);
	beltMACStepA(text, TEXT, state);
	beltMACStepG(out, state);
}

static void belt_dwp(void* arg)
{
	(void)arg;
	beltDWPStart(state, key, 32, iv);
	beltDWPStepE(text, TEXT, state);
	beltDWPStepA(text, TEXT, state);
	beltDWPStepG(out, state);
}

static void belt_che(void* arg)
{
	(void)arg;
	beltCHEStart(state, key, 32, iv);
	beltCHEStepE(text, TEXT, state);
	beltCHEStepA(text, TEXT, state);
	beltCHEStepG(out, state);
}

static void belt_kwp(void* arg)
{
	octet wrapped[80];
	(void)arg;
	check(beltKWPWrap(wrapped, text, 64, 0, key, 32), "beltKWPWrap");
}

static void belt_hmac(void* arg)
{
	(void)arg;
	beltHMACStart(state, key, 32);
	beltHMACStepA(text, 32, state);
	beltHMACStepG(out, state);
}

static void belt_pbkdf2(void* arg)
{
	(void)arg;
	check(beltPBKDF2(out, key, 32, 10000, iv, 16), "beltPBKDF2");
}

/* arg is the level: 128, 192 or 256 */
static void bash(void* arg)
{
	size_t level = (size_t)arg;
	bashHashStart(state, level);
	bashHashStepH(text, TEXT, state);
	bashHashStepG(out, level / 4, state);
}

static void bign_keypair(void* arg)
{
	pair* p = arg;
	octet d[64], q[128];
	check(p->keypair(d, q, brngCTRStepR, rng), "key pair");
}

static void bign_sign(void* arg)
{
	pair* p = arg;
	check(p->sign(p->sig, p->hash, p->priv, brngCTRStepR, rng), "sign");
}

static void bign_sign2(void* arg)
{
	pair* p = arg;
	check(p->sign2(p->sig, p->hash, p->priv, iv, 16), "sign deterministic");
}

static void bign_verify(void* arg)
{
	pair* p = arg;
	check(p->verify(p->hash, p->sig, p->pub), "verify");
}

static void bign_wrap(void* arg)
{
	pair* p = arg;
	check(p->wrap(p->token, p->content, 32, 0, p->pub, brngCTRStepR, rng), "wrap");
}

static void bign_unwrap(void* arg)
{
	pair* p = arg;
	octet content[32];
	check(p->unwrap(content, p->token, p->size + 16 + 32, 0, p->priv), "unwrap");
	if (memcmp(content, p->content, 32))
		check(ERR_NO_RESULT, "unwrap");
}

typedef struct {
	const char* name;
	void (*run)(void*);
	void* arg;
	unsigned long runs;
	double times[MAX_ROUNDS];
} task;

static task tasks[] = {
	{"belt-hash", belt_hash, 0, 0, {0}},
	{"belt-hash 32 octets", belt_hash_32, 0, 0, {0}},
	{"belt-ecb", belt_ecb, 0, 0, {0}},
	{"belt-cbc encrypt", belt_cbc_encrypt, 0, 0, {0}},
	{"belt-cbc decrypt", belt_cbc_decrypt, 0, 0, {0}},
	{"belt-cfb", belt_cfb, 0, 0, {0}},
	{"belt-ctr", belt_ctr, 0, 0, {0}},
	{"belt-mac", belt_mac, 0, 0, {0}},
	{"belt-dwp", belt_dwp, 0, 0, {0}},
	{"belt-che", belt_che, 0, 0, {0}},
	{"belt-kwp 64 octets", belt_kwp, 0, 0, {0}},
	{"hmac-hbelt 32 octets", belt_hmac, 0, 0, {0}},
	{"belt-pbkdf2 10000", belt_pbkdf2, 0, 0, {0}},
	{"bash256", bash, (void*)128, 0, {0}},
	{"bash384", bash, (void*)192, 0, {0}},
	{"bash512", bash, (void*)256, 0, {0}},
	{"bign 256v1 keypair", bign_keypair, pairs, 0, {0}},
	{"bign 256v1 sign", bign_sign, pairs, 0, {0}},
	{"bign 256v1 sign deterministic", bign_sign2, pairs, 0, {0}},
	{"bign 256v1 verify", bign_verify, pairs, 0, {0}},
	{"bign 256v1 wrap", bign_wrap, pairs, 0, {0}},
	{"bign 256v1 unwrap", bign_unwrap, pairs, 0, {0}},
	{"bign 384v1 keypair", bign_keypair, pairs + 1, 0, {0}},
	{"bign 384v1 sign", bign_sign, pairs + 1, 0, {0}},
	{"bign 384v1 sign deterministic", bign_sign2, pairs + 1, 0, {0}},
	{"bign 384v1 verify", bign_verify, pairs + 1, 0, {0}},
	{"bign 384v1 wrap", bign_wrap, pairs + 1, 0, {0}},
	{"bign 384v1 unwrap", bign_unwrap, pairs + 1, 0, {0}},
	{"bign 512v1 keypair", bign_keypair, pairs + 2, 0, {0}},
	{"bign 512v1 sign", bign_sign, pairs + 2, 0, {0}},
	{"bign 512v1 sign deterministic", bign_sign2, pairs + 2, 0, {0}},
	{"bign 512v1 verify", bign_verify, pairs + 2, 0, {0}},
	{"bign 512v1 wrap", bign_wrap, pairs + 2, 0, {0}},
	{"bign 512v1 unwrap", bign_unwrap, pairs + 2, 0, {0}},
};

#define TASKS (sizeof(tasks) / sizeof(tasks[0]))

static double now(void)
{
	struct timespec t;
	if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t))
		check(ERR_SYS, "clock_gettime");
	return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

static double measure(const task* t, unsigned long n)
{
	double start = now();
	while (n--)
		t->run(t->arg);
	return now() - start;
}

static void calibrate(task* t)
{
	unsigned long n = 1;
	double d;
	t->run(t->arg);
	while ((d = measure(t, n)) < BATCH / 8 && n < 1ul << 24)
		n *= 2;
	t->runs = (unsigned long)(BATCH * (double)n / (d > 1 ? d : 1));
	if (t->runs == 0)
		t->runs = 1;
}

static int compare(const void* a, const void* b)
{
	double x = *(const double*)a, y = *(const double*)b;
	return (x > y) - (x < y);
}

static void prepare(void)
{
	size_t i, keep = 0, want[] = {beltHash_keep(), beltECB_keep(), beltCBC_keep(), beltCFB_keep(), beltCTR_keep(),
		beltMAC_keep(), beltDWP_keep(), beltCHE_keep(), beltHMAC_keep(), bashHash_keep()};
	for (i = 0; i < sizeof(want) / sizeof(want[0]); ++i)
		keep = want[i] > keep ? want[i] : keep;
	state = malloc(keep);
	rng = malloc(brngCTR_keep());
	if (!state || !rng)
		check(ERR_OUTOFMEMORY, "malloc");
	brngCTRStart(rng, key, 0);
	for (i = 0; i < 3; ++i)
	{
		pair* p = pairs + i;
		check(p->keypair(p->priv, p->pub, brngCTRStepR, rng), "key pair");
		bign_sign(p);
		bign_wrap(p);
	}
}

int main(int argc, char* argv[])
{
	int rounds = argc > 1 ? atoi(argv[1]) : 5, r;
	const char* prefix = argc > 2 ? argv[2] : "";
	const char* comma = "";
	size_t i, n = 0;
	task* chosen[TASKS];
	if (rounds < 1 || rounds > MAX_ROUNDS)
	{
		fprintf(stderr, "usage: bench [1..%d [PREFIX]]\n", MAX_ROUNDS);
		return 2;
	}
	prepare();
	for (i = 0; i < TASKS; ++i)
		if (!strncmp(tasks[i].name, prefix, strlen(prefix)))
			chosen[n++] = tasks + i;
	for (i = 0; i < n; ++i)
		calibrate(chosen[i]);
	for (r = 0; r < rounds; ++r)
		for (i = 0; i < n; ++i)
			chosen[i]->times[r] = measure(chosen[i], chosen[i]->runs) / (double)chosen[i]->runs;
	printf("{\"results\":[");
	for (i = 0; i < n; ++i, comma = ",")
	{
		qsort(chosen[i]->times, (size_t)rounds, sizeof(double), compare);
		printf("%s\n{\"name\":\"%s\",\"ns\":%.2f}", comma, chosen[i]->name, chosen[i]->times[rounds / 2]);
	}
	printf("\n]}\n");
	return 0;
}
