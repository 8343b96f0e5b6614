@rem "npm start" says exec, so that on Unix signals reach Node itself; cmd.exe, which lacks the word, finds this file.
@%*
