@rem "npm start" says exec, so that on Unix signals reach Node itself, and env for what the C library there is to do with memory. cmd.exe
@rem has neither word and finds this file, which leaves both out.
@for /f "tokens=2,*" %%a in ("%*") do @%%b
