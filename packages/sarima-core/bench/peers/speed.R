# Run by ../speed.mjs: reads {"series": {...}, "tasks": [...]} from stdin, prints one JSON line for each task. CPU seconds.
library(jsonlite)
input <- fromJSON(file("stdin"), simplifyDataFrame = FALSE)
cpu <- function(code) { gc(FALSE); t <- system.time(value <- code); list(value = value, seconds = unname(t["user.self"] + t["sys.self"])) }
emit <- function(...) cat(toJSON(list(...), auto_unbox = TRUE, digits = 12), "\n", sep = "")
expand <- function(ar, sar, s, sign) {
  a <- c(1, sign * ar); b <- 1
  if (length(sar)) { b <- rep(0, s * length(sar) + 1); b[1] <- 1; b[1 + s * seq_along(sar)] <- sign * sar }
  p <- rep(0, length(a) + length(b) - 1)
  for (i in seq_along(a)) for (j in seq_along(b)) p[i + j - 1] <- p[i + j - 1] + a[i] * b[j]
  sign * p[-1]
}
for (task in input$tasks) {
  y <- as.numeric(input$series[[task$series]])
  if (task$kind == "evaluate") {
    # The way to a likelihood at given parameters in R; and the two calls inside it that do the work once.
    all <- c(task$ar, task$ma, task$sar, task$sma, task$mean)
    public <- function() arima(y, order = c(length(task$ar), 0, length(task$ma)),
      seasonal = list(order = c(length(task$sar), 0, length(task$sma)), period = task$period),
      fixed = unlist(all), transform.pars = FALSE, method = "ML", optim.control = list(maxit = 0))
    phi <- expand(task$ar, task$sar, task$period, -1); theta <- expand(task$ma, task$sma, task$period, 1)
    x <- y - task$mean
    like <- get("C_ARIMA_Like", envir = asNamespace("stats"))
    inner <- function() { mod <- makeARIMA(phi, theta, numeric()); .Call(like, x, mod, 0L, FALSE) }
    one <- if (task$inner) inner else public
    one()
    t <- cpu(for (i in seq_len(task$repeats)) one())
    emit(task = task$name, seconds = t$seconds / task$repeats, version = R.version$version.string)
  } else {
    o <- as.integer(task$order); s <- as.integer(task$seasonal)
    times <- numeric(); ll <- NA; convergence <- NA
    for (i in seq_len(task$repeats)) {
      t <- cpu(tryCatch(arima(y, order = o, seasonal = list(order = s[1:3], period = s[4]), method = "ML"), error = function(e) e))
      times <- c(times, t$seconds)
      if (!inherits(t$value, "error")) { ll <- t$value$loglik; convergence <- t$value$code; coef <- t$value$coef }
    }
    emit(task = task$name, seconds = median(times), logLik = ll, version = R.version$version.string, coef = as.list(coef))
  }
}
