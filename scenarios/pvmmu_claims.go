package scenarios

// Claims lists the claims.
var Claims = []Claim{}
