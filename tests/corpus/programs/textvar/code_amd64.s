TEXT ·code(SB),0,$0-0
	RET
