package counterexamples

// Grammar is the text form in the EBNF of Go's specification. Lines may be
// indented and words stand apart by blanks. Which words there are is said by
// the tables of scenarios, design switches, bounds, invariants, operations and
// operands. A number before an operation is the number of its step. What a mail
// has put around a story, quoting or a fence, is taken away first.
const Grammar = `
Story     = { Header | Remark } { Operation | Remark } [ ( "drain:" | "loop:" ) newline { Operation | Remark } ] .
Header    = ( Format | Scenario | Start | Design | Bounds | Fault | Found ) newline .
Format    = "format:" "hvcheck/1" .
Scenario  = "scenario:" word .
Start     = "start:" rest .
Design    = "design:" { word "=" word } .
Bounds    = "bounds:" { word "=" number } .
Fault     = "fault:" word "step=" number [ "drained=" ( "true" | "false" ) ] [ "forever=" ( "true" | "false" ) ] .
Found     = "found:" word [ "seed=" number ] [ "version=" word ] .
Operation = [ number ] word { word "=" word } [ "#" result rest ] newline .
Remark    = [ "#" rest ] newline .

result  = [ "-" ] char { char } .
number  = digit { digit } .
word    = char { char } .
rest    = { " " … "\U0010ffff" } .
char    = letter | digit | "." | "-" | "_" | "+" .
letter  = "a" … "z" | "A" … "Z" .
digit   = "0" … "9" .
newline = "\n" .
`
