/* The same work in C, in blocks of LANES runs that stay in the first-level cache: what a careful person would
   write by hand. Each kernel exists with and without the tests that the engine makes in every step: a run that
   diverges is frozen, the best point so far is kept.

   gcc -O3 -march=native -fno-math-errno -fopenmp -shared -fPIC -DFUNCTION=1 -DRULE=1 -DRECIPROCAL=0 kernels.c -lm */
#include <math.h>

#ifndef LANES
#define LANES 64
#endif
#define VEC _Pragma("omp simd")

#if FUNCTION == 1 /* Rosenbrock */
#define VALUE(x, y) ((1 - (x)) * (1 - (x)) + 100 * ((y) - (x) * (x)) * ((y) - (x) * (x)))
#define SLOPE_X(x, y) (-2 * (1 - (x)) - 400 * (x) * ((y) - (x) * (x)))
#define SLOPE_Y(x, y) (200 * ((y) - (x) * (x)))
#elif FUNCTION == 2 /* Himmelblau */
#define U(x, y) ((x) * (x) + (y) - 11)
#define W(x, y) ((x) + (y) * (y) - 7)
#define VALUE(x, y) (U(x, y) * U(x, y) + W(x, y) * W(x, y))
#define SLOPE_X(x, y) (4 * (x) * U(x, y) + 2 * W(x, y))
#define SLOPE_Y(x, y) (2 * U(x, y) + 4 * (y) * W(x, y))
#elif FUNCTION == 3 /* Rastrigin */
#define TAU 6.283185307179586
#define VALUE(x, y) (20 + (x) * (x) - 10 * cos(TAU * (x)) + (y) * (y) - 10 * cos(TAU * (y)))
#define SLOPE_X(x, y) (2 * (x) + 10 * TAU * sin(TAU * (x)))
#define SLOPE_Y(x, y) (2 * (y) + 10 * TAU * sin(TAU * (y)))
#endif

struct block {
  double x[LANES], y[LANES], mx[LANES], my[LANES], vx[LANES], vy[LANES], rate[LANES];
  double best[LANES], best_x[LANES], best_y[LANES], best_step[LANES], bound[LANES], bound_x[LANES], dead[LANES];
};

#if RECIPROCAL /* c1 and c2 are 1/(1 - beta^t) instead of 1 - beta^t: quicker, and not the equation's last bit */
#define OVER(a, c) ((a) * (c))
#else
#define OVER(a, c) ((a) / (c))
#endif

#if RULE == 1 /* Adam */
#define MOVE \
  double mx = 0.9 * b->mx[i] + 0.1 * gx, my = 0.9 * b->my[i] + 0.1 * gy; \
  double vx = 0.999 * b->vx[i] + 0.001 * (gx * gx), vy = 0.999 * b->vy[i] + 0.001 * (gy * gy); \
  double new_x = x - b->rate[i] * OVER(mx, c1) / (sqrt(OVER(vx, c2)) + 1e-8); \
  double new_y = y - b->rate[i] * OVER(my, c1) / (sqrt(OVER(vy, c2)) + 1e-8); \
  b->mx[i] = mx, b->my[i] = my, b->vx[i] = vx, b->vy[i] = vy;
#else /* gradient descent with momentum */
#define MOVE \
  double vx = 0.9 * b->vx[i] + gx, vy = 0.9 * b->vy[i] + gy; \
  double new_x = x - b->rate[i] * vx, new_y = y - b->rate[i] * vy; \
  b->vx[i] = vx, b->vy[i] = vy;
#endif

static void run_block(struct block *b, long steps, const double *factors, int tested) {
  for (long k = 0; k < steps; k++) {
    double c1 = factors[2 * k], c2 = factors[2 * k + 1];
    (void)c1, (void)c2;
    if (tested) {
      VEC for (int i = 0; i < LANES; i++) {
        double x = b->x[i], y = b->y[i], f = VALUE(x, y), gx = SLOPE_X(x, y), gy = SLOPE_Y(x, y);
        int alive = b->dead[i] == 0, better = alive & (f < b->best[i]);
        int beyond = !(fabs(f) <= b->bound[i]) | !(fabs(x) <= b->bound_x[i]) | !(fabs(y) <= b->bound_x[i]);
        int undefined = !(fabs(gx) <= 1.7976931348623157e308) | !(fabs(gy) <= 1.7976931348623157e308);
        b->best[i] = better ? f : b->best[i];
        b->best_x[i] = better ? x : b->best_x[i];
        b->best_y[i] = better ? y : b->best_y[i];
        b->best_step[i] = better ? (double)k : b->best_step[i];
        b->dead[i] = alive & (beyond | undefined) ? 1.0 : b->dead[i];
        alive &= !(beyond | undefined);
        MOVE
        b->x[i] = alive ? new_x : x;
        b->y[i] = alive ? new_y : y;
      }
    } else {
      VEC for (int i = 0; i < LANES; i++) {
        double x = b->x[i], y = b->y[i], gx = SLOPE_X(x, y), gy = SLOPE_Y(x, y);
        MOVE
        b->x[i] = new_x;
        b->y[i] = new_y;
      }
    }
  }
}

/* x, y, best: runs numbers each, in place; rates: runs; factors: steps pairs. Runs are a multiple of LANES. */
void sweep(double *x, double *y, double *best, const double *rates, long runs, long steps, const double *factors, int tested) {
#pragma omp parallel for schedule(dynamic, 4)
  for (long at = 0; at < runs; at += LANES) {
    struct block b = {0};
    for (int i = 0; i < LANES; i++) {
      double u = x[at + i], w = y[at + i], f = VALUE(u, w);
      b.x[i] = b.best_x[i] = u, b.y[i] = b.best_y[i] = w, b.rate[i] = rates[at + i], b.best[i] = f;
      b.bound[i] = 1e10 * fmax(1, fabs(f)), b.bound_x[i] = 1e10 * fmax(1, fmax(fabs(u), fabs(w)));
    }
    run_block(&b, steps, factors, tested);
    for (int i = 0; i < LANES; i++) x[at + i] = b.x[i], y[at + i] = b.y[i], best[at + i] = b.best[i];
  }
}
