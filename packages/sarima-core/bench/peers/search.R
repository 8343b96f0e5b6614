# Run by ../search.mjs: reads {"series": {...}, "tasks": [...]} from stdin, prints one JSON line for each task. CPU seconds.
library(jsonlite)
suppressMessages(library(forecast))
input <- fromJSON(file("stdin"), simplifyDataFrame = FALSE)
for (task in input$tasks) {
  y <- ts(as.numeric(input$series[[task$series]]), frequency = task$period)
  t <- system.time(m <- auto.arima(y, stepwise = TRUE, approximation = FALSE))
  cat(toJSON(list(task = task$name, seconds = unname(t["user.self"] + t["sys.self"]), aicc = m$aicc, d = m$arma[6], D = m$arma[7],
    model = paste0("(", paste(m$arma[c(1, 6, 2)], collapse = ","), ")(", paste(m$arma[c(3, 7, 4)], collapse = ","), ")"),
    version = paste("forecast", packageVersion("forecast"))), auto_unbox = TRUE, digits = 10), "\n", sep = "")
}
