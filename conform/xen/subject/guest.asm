# The program of a domain that is tested. It makes whatever hypercall its mailbox
# says, and can have the hypervisor stop that call at its preemption checks.
#
# rbx: the mailbox of this vCPU, r13: its vcpu_info. Both survive hypercalls.
# Fields of the mailbox:
	.set request, 0		# a number; work is there while it is not that of done
	.set done, 8
	.set number, 16		# of the hypercall; -1 reads an address, -2 writes to it; -3 goes to
				# user mode until there is work again, or, translated, makes
				# the call args(0) with the others, in 32-bit mode
	.set args, 24		# five of them
	.set result, 64
	.set stops, 72		# how often the call is to be stopped
	.set status, 80		# 0 done, 1 the access faulted, 2 stopped, 3 done before the last stop
	.set waits, 88		# how it waits: 0 it yields, 1 it keeps its CPU, 2 it yields where others do
	.set stack, 576		# where its stack begins, downwards

	.macro hypercall
	.ifdef hvm
	vmmcall
	.else
	syscall
	.endif
	.endm

top:	mov request(%rbx), %rax
	cmp done(%rbx), %rax
	jne work
	mov waits(%rbx), %rax
	test %rax, %rax
	jz yield
	pause			# an emulated machine turns to its other CPU
	dec %rax
	jz top
yield:	mov $29, %eax		# sched_op yield
	xor %edi, %edi
	xor %esi, %esi
	hypercall
	jmp top

work:	movq $0, status(%rbx)
	mov number(%rbx), %rax
	mov args(%rbx), %rdi
	mov args+8(%rbx), %rsi
	mov args+16(%rbx), %rdx
	mov args+24(%rbx), %r10
	mov args+32(%rbx), %r8
	test %rax, %rax
	js access
	cmpq $0, stops(%rbx)
	je call
again:	movw $1, (%r13)		# an upcall is pending and not masked
call:	hypercall
finish:	mov %rax, result(%rbx)
	mov request(%rbx), %rax
	mov %rax, done(%rbx)
	jmp top

access:	inc %rax
	jnz write
	mov (%rdi), %rax
	jmp finish
write:	inc %rax
	jnz third
	mov %rsi, (%rdi)
	xor %eax, %eax
	jmp finish

	.ifdef hvm
# All that the guest has is below 4 GiB. Segment 24 is of 32 bits, segment 8 of 64.
third:	mov %rbx, %rbp
	lea wide(%rip), %rax
	push %r10		# the third argument
	sub $8, %rsp
	mov %eax, (%rsp)	# where to go on, for 32 bits
	movl $8, 4(%rsp)
	lea narrowed(%rip), %rax
	push $24
	push %rax
	lretq
	.code32
narrowed:
	mov %edi, %eax
	mov %esi, %ebx
	mov %edx, %ecx
	mov 8(%esp), %edx
	vmmcall
	mov %ebp, %ebx
	lret
	.code64
wide:	pop %r10
	movslq %eax, %rax
	jmp finish
	.else
# The frame of the hypercall iret, from its end on. With cs of ring 3, it is user mode.
third:	push $0xe02b		# ss
	push %rsp
	push $0			# rflags: upcalls stay masked
	push $0xe033		# cs
	lea user(%rip), %rax
	push %rax
	push $0			# flags
	push $0			# rcx, r11, rax
	push $0
	push $0
	mov $23, %eax
	hypercall
user:	mov %rax, result(%rbx)
	mov request(%rbx), %rax
	mov %rax, done(%rbx)
stay:	pause
	cmp request(%rbx), %rax
	je stay
	syscall			# the kernel goes on behind it
back:	lea stack(%rbx), %rsp
	jmp work
	.endif

# A page fault or a general protection fault.
fault:	lea stack(%rbx), %rsp
	movq $1, status(%rbx)
	jmp finish

# The upcall. Stopped at the call itself, it is to be made again with the
# registers as they are; behind it, it was done before there was anything to stop.
upcall:	movw $0x100, (%r13)	# nothing pending, masked
	mov 16(%rsp), %rcx	# the interrupted rip
	lea stack(%rbx), %rsp
	lea call(%rip), %r11
	cmp %r11, %rcx
	je stopped
	movq $3, status(%rbx)
	jmp finish
stopped:
	decq stops(%rbx)
	jnz again
	mov %rax, number(%rbx)	# what is left of the call
	mov %rdi, args(%rbx)
	mov %rsi, args+8(%rbx)
	mov %rdx, args+16(%rbx)
	mov %r10, args+24(%rbx)
	mov %r8, args+32(%rbx)
	movq $2, status(%rbx)
	jmp finish
