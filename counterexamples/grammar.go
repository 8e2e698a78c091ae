package counterexamples

// Grammar is the text form in the EBNF of Go's specification. Words are
// separated by blanks; any line may be indented. What the words may be is said
// by the tables of scenarios, design switches, bounds, invariants, operations
// and operands.
const Grammar = `
Story     = { Header | Remark } { Operation | Remark } [ "drain:" newline { Operation | Remark } ] .
Header    = ( Format | Scenario | Start | Design | Bounds | Fault | Found ) newline .
Format    = "format:" "hvcheck/1" .
Scenario  = "scenario:" word .
Start     = "start:" word { word } .
Design    = "design:" { word "=" word } .
Bounds    = "bounds:" { word "=" number } .
Fault     = "fault:" word "step=" number [ "drained=" ( "true" | "false" ) ] .
Found     = "found:" word [ "seed=" number ] .
Operation = word { word "=" word } [ "#" Result [ rest ] ] newline .
Result    = "0" | number | "-" name | name .
Remark    = [ "#" rest ] newline .

word    = char { char } .
number  = digit { digit } .
name    = letter { letter | digit | "-" } .
rest    = { char | " " | "=" | "#" } .
char    = letter | digit | "." | "-" | "_" | "+" | ":" | "/" .
letter  = "a" … "z" | "A" … "Z" .
digit   = "0" … "9" .
newline = "\n" .
`
